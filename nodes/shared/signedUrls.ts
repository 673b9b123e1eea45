import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

/** The link to a stored image; `null` where there is none. */
export type UrlOf = (binary: IBinaryData) => string | null;

/** Links that n8n signs, good for a day. Where n8n keeps binary data in memory it can make none. */
export function signedUrls({ helpers }: IExecuteFunctions): UrlOf {
	return (binary) => {
		try {
			return helpers.createBinarySignedUrl(binary);
		} catch {
			return null;
		}
	};
}
