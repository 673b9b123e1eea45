import { NodeOperationError, type IBinaryData, type IExecuteFunctions } from 'n8n-workflow';
import type { ImageBytes, SourceFacts } from '../../engine/jobs/source';
import { beginsAsImage, readImageHeader } from '../../engine/responses/imageHeader';

/** Type and size of nearly every image are known after this many bytes; a camera's JPEG may keep a thumbnail before them. */
const LONGEST_HEAD = 256 * 1024;
/** Most say it within the first of these. */
const PIECE = 16 * 1024;
/** Bytes that tell what is no image. */
const SIGNATURE = 12;
/** What is read at a time while an image is sent, bytes. */
const SENDING_PIECE = 64 * 1024;

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
	const { helpers } = context;
	const binary = binaryOf(context, index, property);
	const { id } = binary;
	const facts = id === undefined ? factsOfText(binary.data) : await factsOfFile(context, id);
	return {
		kind: 'bytes',
		label: `binary property "${typeof property === 'string' ? property : (binary.fileName ?? 'file')}"`,
		identity: id ?? binary.data,
		read: async () => await helpers.getBinaryDataBuffer(index, property),
		...(facts ? { facts } : {}),
		...(id === undefined ? {} : { open: () => piecesOf(context, id) }),
	};
}

function binaryOf(context: IExecuteFunctions, index: number, property: string | IBinaryData): IBinaryData {
	try {
		return context.helpers.assertBinaryData(index, property);
	} catch (error) {
		if (typeof property !== 'string') throw new NodeOperationError(context.getNode(), error as Error);
		const present = Object.keys(context.getInputData()[index]?.binary ?? {});
		const message = `There is no binary property "${property}". The item has ${present.join(', ') || 'none'}.`;
		throw new NodeOperationError(context.getNode(), message, { itemIndex: index });
	}
}

async function* piecesOf(context: IExecuteFunctions, id: string): AsyncGenerator<Uint8Array> {
	yield* (await context.helpers.getBinaryStream(id, SENDING_PIECE)) as AsyncIterable<Uint8Array>;
}

/** In memory mode the data are the item's own, in base64. */
function factsOfText(base64: string): SourceFacts | undefined {
	const head = Buffer.from(base64.slice(0, LONGEST_HEAD), 'base64');
	return factsFrom(head, Buffer.byteLength(base64, 'base64'));
}

async function factsOfFile({ helpers }: IExecuteFunctions, id: string): Promise<SourceFacts | undefined> {
	const { fileSize } = await helpers.getBinaryMetadata(id);
	let head: Buffer = Buffer.alloc(0);
	// Leaving the loop closes the stream.
	for await (const piece of (await helpers.getBinaryStream(id, PIECE)) as AsyncIterable<Uint8Array>) {
		head = Buffer.concat([head, piece]);
		if (saysAll(head) || head.length >= LONGEST_HEAD) break;
	}
	return factsFrom(head, fileSize);
}

/** What is not recognized by its beginning may be by the whole: then the facts come when it is read. */
function factsFrom(head: Buffer, bytes: number): SourceFacts | undefined {
	return saysAll(head) || head.length >= bytes ? { bytes, header: readImageHeader(head) } : undefined;
}

/** Whether there is nothing more to learn of the image from further bytes. */
function saysAll(head: Buffer): boolean {
	const header = readImageHeader(head);
	if (!header) return head.length >= SIGNATURE && !beginsAsImage(head);
	return header.format !== 'png' || header.alpha !== undefined;
}
