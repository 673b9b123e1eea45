import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { FileNames } from '../../engine/jobs/fileNames';
import type { ImageStore } from '../../engine/runner/ports';

/** Hands images to n8n, which keeps them where the instance is set to keep binary data. */
export function n8nImageStore(context: IExecuteFunctions, names: FileNames): ImageStore<IBinaryData> {
	return {
		put: async ({ job, index, partial, bytes, header }) =>
			await context.helpers.prepareBinaryData(
				bytes,
				names.nameOf(job, index, header.format, partial),
				header.mimeType,
			),
	};
}
