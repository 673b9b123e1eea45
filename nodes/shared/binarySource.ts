import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { ImageBytes, SourceFacts } from '../../engine/jobs/source';
import { readImageHeader } from '../../engine/responses/imageHeader';

/** Type and size of nearly every image are known after this many bytes; a camera's JPEG may keep a thumbnail before them. */
const HEAD = 256 * 1024;

/**
 * An image in an item's binary data. Only its first bytes are read now.
 * @param property the binary property's name, or the binary data itself
 * @throws NodeOperationError where the item has no such property
 */
export async function binarySource(
	context: IExecuteFunctions,
	index: number,
	property: string | IBinaryData,
): Promise<ImageBytes> {
	const binary = context.helpers.assertBinaryData(index, property);
	const facts = await factsOf(context, binary);
	return {
		kind: 'bytes',
		label: `binary property "${typeof property === 'string' ? property : (binary.fileName ?? 'file')}"`,
		...(facts ? { facts } : {}),
		read: async () => await context.helpers.getBinaryDataBuffer(index, property),
	};
}

async function factsOf(context: IExecuteFunctions, binary: IBinaryData): Promise<SourceFacts | undefined> {
	// In memory mode the data are the item's own, in base64.
	const { bytes, head } =
		binary.id === undefined
			? {
					bytes: Buffer.byteLength(binary.data, 'base64'),
					head: Buffer.from(binary.data.slice(0, HEAD), 'base64'),
				}
			: {
					bytes: (await context.helpers.getBinaryMetadata(binary.id)).fileSize,
					head: await firstBytes(await context.helpers.getBinaryStream(binary.id, HEAD)),
				};
	const header = readImageHeader(head);
	// What is not recognized by its beginning may be by the whole: then the facts come when it is read.
	return header || head.length >= bytes ? { bytes, header } : undefined;
}

async function firstBytes(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const parts: Uint8Array[] = [];
	let length = 0;
	// Leaving the loop closes the stream.
	for await (const part of stream) {
		parts.push(part);
		length += part.length;
		if (length >= HEAD) break;
	}
	return Buffer.concat(parts);
}
