import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { nanoUsd } from '../../engine/costs/money';
import { money } from '../../engine/reports/figures';
import { reportHtml } from '../../engine/reports/report';
import { summaryOf, type Summary } from '../../engine/reports/summary';
import { asked, type RunRecord } from '../../engine/reports/record';

/** The item of the output Summary, with the report as a file. The editor shows its sum. */
export async function summaryItem(context: IExecuteFunctions, run: RunRecord): Promise<INodeExecutionData> {
	const summary = summaryOf(run);
	const report = Buffer.from(reportHtml(run, summary));
	context.addExecutionHints({ message: sumOf(run, summary), type: 'info', location: 'outputPane' });
	return {
		json: summary,
		binary: { report: await context.helpers.prepareBinaryData(report, 'report.html', 'text/html') },
		pairedItem: context.getInputData().map((_, item) => ({ item })),
	};
}

/** `47 of 50 images, 3 failed, $2.31, 1 min 12 s` */
function sumOf(
	{ jobs }: RunRecord,
	{ images, failed, cancelled, total_cost, total_duration_ms }: Summary,
): string {
	const wanted = jobs.reduce((sum, job) => sum + asked(job), 0);
	return [
		`${images} of ${wanted} images`,
		...(failed > 0 ? [`${failed} failed`] : []),
		...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
		total_cost.total === null ? 'cost not known in full' : money(nanoUsd(total_cost.total)),
		duration(total_duration_ms),
	].join(', ');
}

function duration(ms: number): string {
	const seconds = Math.round(ms / 1000);
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	return minutes < 60
		? `${minutes} min ${seconds % 60} s`
		: `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
