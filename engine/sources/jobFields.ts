import type { ImageParameters } from '../jobs/job';
import type { OutputFormat } from '../models/model';
import { JOB_KINDS, type JobDescription, type JobKind } from './description';
import type { Fields } from './fields';
import { readImageList } from './imageList';
import { cleanFilePath } from './paths';

/** What a job may say, in a configuration and in an item. */
export const JOB_FIELDS = [
	'prompt',
	'name',
	'output_path',
	'kind',
	'model',
	'n',
	'sample_count',
	'size',
	'quality',
	'output_format',
	'transparent_background',
	'background',
	'moderation',
	'output_compression',
	'input_fidelity',
	'images',
	'mask',
	'metadata',
] as const;
export type JobField = (typeof JOB_FIELDS)[number];

const FORMATS: readonly OutputFormat[] = ['png', 'jpeg', 'webp', 'gif', 'svg'];
const BACKGROUNDS = ['auto', 'opaque', 'transparent'] as const;
const FIDELITIES = ['low', 'high'] as const;

/** Levels that other tools have and the API has not. */
const STRICTER_MODERATION = ['medium', 'high'] as const;
const MODERATIONS = ['auto', 'low', ...STRICTER_MODERATION] as const;

const SAMPLES = { min: 1, max: 10 };
const IMAGES = { min: 1, max: 1000 };
const COMPRESSION = { min: 0, max: 100 };

/**
 * Reads one job. What it asks for is compared with what holds for every model; the job's own model is asked later.
 * @param label how messages call the job
 */
export function readJob(fields: Fields, label: string): JobDescription {
	const images = imagesOf(fields);
	const mask = maskOf(fields);
	const kind = fields.oneOf('kind', JOB_KINDS);
	checkKind(fields, kind, images, mask);
	const own: Omit<JobDescription, 'label' | 'prompt' | 'parameters'> = {
		name: fields.trimmed('name'),
		outputPath: outputPathOf(fields),
		kind,
		model: fields.trimmed('model'),
		n: countOf(fields),
		images: images?.length ? images : undefined,
		mask,
		metadata: fields.value('metadata'),
	};
	return {
		label,
		prompt: fields.required('prompt', 'There is no prompt. Describe the image to make.'),
		...withoutGaps(own),
		parameters: withoutGaps({
			size: fields.word('size')?.replace(/^(\d+)\s*[x×*]\s*(\d+)$/, '$1x$2'),
			quality: fields.word('quality'),
			output_format: fields.oneOf('output_format', FORMATS, formatOf),
			background: backgroundOf(fields),
			moderation: moderationOf(fields),
			output_compression: fields.wholeNumber('output_compression', COMPRESSION),
			input_fidelity: fields.oneOf('input_fidelity', FIDELITIES),
		}) as ImageParameters,
	};
}

function formatOf(word: string): string {
	return word.replace(/^\./, '').replace(/^jpg$/, 'jpeg');
}

function countOf(fields: Fields): number | undefined {
	const n = fields.wholeNumber('n', IMAGES);
	const samples = fields.wholeNumber('sample_count', SAMPLES, ' For more, use n.');
	if (n !== undefined && samples !== undefined && n !== samples)
		fields.problem('n', `n is ${n} and sample_count ${samples}. They mean the same: leave one of them out.`);
	return n ?? samples;
}

/** `false` is no wish for an opaque image: tools write it where nothing was chosen. */
function backgroundOf(fields: Fields): (typeof BACKGROUNDS)[number] | undefined {
	const background = fields.oneOf('background', BACKGROUNDS);
	const transparent = fields.flag('transparent_background');
	if (transparent === undefined) return background;
	if (background === (transparent ? 'opaque' : 'transparent')) {
		const message = `It is ${transparent}, but background is ${background}. Leave one of them out.`;
		fields.problem('transparent_background', message);
	}
	return transparent ? 'transparent' : (background ?? 'auto');
}

function moderationOf(fields: Fields): 'auto' | 'low' | undefined {
	const word = fields.oneOf('moderation', MODERATIONS);
	if (word !== 'medium' && word !== 'high') return word;
	fields.warn('moderation', `is ${word}, which the API does not have. It is sent as auto, its strictest.`);
	return 'auto';
}

function outputPathOf(fields: Fields): string | undefined {
	const given = fields.text('output_path');
	if (given === undefined) return undefined;
	const clean = cleanFilePath(given);
	if ('path' in clean) return clean.path;
	const allowed = 'a file name, with folders before it if need be, such as animals/fox.png';
	return fields.refuse('output_path', allowed, ` This one ${clean.refusal}.`);
}

/** Empty where none are given, `undefined` where what is given is wrong. */
function imagesOf(fields: Fields): string[] | undefined {
	const images = readImageList(fields.value('images') ?? [], fields.areCells);
	if (images) return images;
	return fields.refuse('images', 'a text or a list of texts: URLs, file IDs or names of binary properties');
}

function maskOf(fields: Fields): string | undefined {
	const masks = readImageList(fields.value('mask') ?? [], fields.areCells);
	if (masks && masks.length <= 1) return masks[0];
	return fields.refuse('mask', 'one text: a URL, a file ID or the name of a binary property');
}

function checkKind(
	fields: Fields,
	kind: JobKind | undefined,
	images: readonly string[] | undefined,
	mask: string | undefined,
): void {
	const needless = images?.length ? 'images' : mask !== undefined ? 'mask' : undefined;
	if (kind === 'generate' && needless)
		fields.problem('kind', `generate starts from nothing. Leave ${needless} out, or set kind to edit.`);
	if (kind === undefined && mask !== undefined && images?.length === 0)
		fields.problem('mask', 'There are no images for it to lie upon. Give them in images.');
}

type Given<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function withoutGaps<T extends object>(all: T): Partial<Given<T>> {
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<
		Given<T>
	>;
}
