import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { ImageError } from '../../engine/jobs/error';
import type { ImageBytes, ImageReference, ImageSource } from '../../engine/jobs/source';
import { binarySource } from './binarySource';
import { downloadedSource } from './downloadedSource';
import { encodedSource } from './encodedSource';

/** What a job starts from, and what was found wrong while it was read. */
export interface JobSources {
	images: ImageSource[];
	mask?: ImageBytes;
	markup?: ImageBytes;
	problems: Array<{ field: string; message: string }>;
}

type Reader = (context: IExecuteFunctions, index: number) => Promise<ImageSource[]>;

const READERS: Readonly<Record<string, Reader>> = {
	binary: binaries,
	url: urls,
	fileId: fileIds,
	// The conversation has them already.
	response: () => Promise.resolve([]),
};

/** Reads where an item's images are. Of those at hand, the first bytes are read as well; no image is held. */
export async function sourcesOf(context: IExecuteFunctions, index: number): Promise<JobSources> {
	const problems: JobSources['problems'] = [];
	const attempt = async <T>(field: string, read: () => Promise<T>): Promise<T | undefined> => {
		try {
			return await read();
		} catch (error) {
			problems.push({ field, message: error instanceof Error ? error.message : String(error) });
			return undefined;
		}
	};
	const kind = String(context.getNodeParameter('imageSource', index, 'binary'));
	const reader = READERS[kind];
	if (!reader)
		problems.push({
			field: 'imageSource',
			message: `"${kind}" is none of ${Object.keys(READERS).join(', ')}.`,
		});
	const images = reader ? await attempt('images', async () => await reader(context, index)) : undefined;
	const overlay = async (field: 'mask' | 'markup') => {
		const name = overlayName(context, index, field);
		return name === ''
			? undefined
			: await attempt(field, async () => await binarySource(context, index, name));
	};
	const mask = await overlay('mask');
	const markup = await overlay('markup');
	return { images: images ?? [], ...(mask ? { mask } : {}), ...(markup ? { markup } : {}), problems };
}

/** The binary property that holds the mask or the markup; empty for none. */
function overlayName(context: IExecuteFunctions, index: number, field: 'mask' | 'markup'): string {
	return String(context.getNodeParameter(`${field}BinaryPropertyName`, index, '') ?? '').trim();
}

/** What an address, a file's id or a binary property's name stands for. */
export async function namedSource(
	context: IExecuteFunctions,
	index: number,
	name: string,
	label: string,
): Promise<ImageSource> {
	const encoded = encodedSource(name, label);
	if (encoded) return encoded;
	if (/^https?:\/\//i.test(name)) return { kind: 'url', label, value: name };
	if (/^file-/.test(name)) return { kind: 'file_id', label, value: name };
	return await binarySource(context, index, name);
}

async function binaries(context: IExecuteFunctions, index: number): Promise<ImageBytes[]> {
	const value: unknown = context.getNodeParameter('binaryPropertyNames', index, 'data');
	// An expression may give the binary data itself, as workflows that keep files in the JSON do.
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
		return [await binarySource(context, index, value as IBinaryData)];
	}
	// A wildcard does not mean the mask as well.
	const overlays = [overlayName(context, index, 'mask'), overlayName(context, index, 'markup')];
	const present = Object.keys(context.getInputData()[index]?.binary ?? {}).filter(
		(name) => !overlays.includes(name),
	);
	const names = list(value).flatMap((name) => (name.includes('*') ? matching(name, present) : [name]));
	const sources: ImageBytes[] = [];
	for (const name of names) sources.push(await binarySource(context, index, name));
	return sources;
}

/** `data`, `data_1`, `data_2`, `data_10`: in the order of their numbers. */
function matching(pattern: string, names: readonly string[]): string[] {
	const expression = new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`);
	const found = names
		.filter((name) => expression.test(name))
		.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
	if (found.length === 0)
		throw invalid(`No binary property matches "${pattern}". The item has ${names.join(', ') || 'none'}.`);
	return found;
}

function escapeRegExp(text: string): string {
	return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

async function urls(context: IExecuteFunctions, index: number): Promise<ImageSource[]> {
	const download = context.getNodeParameter('downloadUrls', index, false) === true;
	return list(context.getNodeParameter('imageUrls', index, ''), '\n').map((entry, place) => {
		const label = `address ${place + 1}`;
		const encoded = encodedSource(entry, `text ${place + 1}`);
		if (encoded) return encoded;
		const url = URL.canParse(entry) ? new URL(entry) : undefined;
		if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
			throw invalid(`${shorten(entry)} is neither an http or https address nor a base64 image.`);
		}
		return download ? downloadedSource(context, entry, label) : { kind: 'url', label, value: entry };
	});
}

async function fileIds(context: IExecuteFunctions, index: number): Promise<ImageReference[]> {
	return list(context.getNodeParameter('fileIds', index, '')).map((value, place) => ({
		kind: 'file_id',
		label: `file ${place + 1}`,
		value,
	}));
}

/** A text with several entries, or the list that an expression gives. */
function list(value: unknown, separator: '\n' | ',' = ','): string[] {
	const entries = Array.isArray(value)
		? value.map(String)
		: String(value ?? '').split(separator === '\n' ? /\r?\n/ : /[,\n]/);
	return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

function shorten(text: string): string {
	return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}

function invalid(message: string): ImageError {
	return new ImageError({ kind: 'validation', message });
}
