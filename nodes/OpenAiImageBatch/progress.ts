import type { IExecuteFunctions } from 'n8n-workflow';
import type { RunProgress } from '../../engine/runner/ports';

/** So many messages a run, at the most. */
const MESSAGES = 20;

/** Tells the browser's console how far the run is, which is all that n8n lets a node show while it runs. */
export function progressReporter(context: IExecuteFunctions): (progress: RunProgress) => void {
	let told = 0;
	return ({ requests, done, images }) => {
		const share = Math.floor((done / requests) * MESSAGES);
		if (share === told) return;
		told = share;
		context.sendMessageToUI(
			`${context.getNode().name}: ${done} of ${requests} requests done, ${images} images`,
		);
	};
}
