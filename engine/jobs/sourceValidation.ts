import { DEFAULT_MODEL } from '../models/catalogue';
import type { ImageModel, InputRules } from '../models/model';
import { formatSize } from '../models/sizes';
import { formatOf, operationOf, type ImageJob } from './job';
import { atStart } from './label';
import type { ImageSource, SourceFacts } from './source';
import type { Problem } from './validation';

/**
 * Compares a job's images with what its endpoint takes. What is not known of an image yet is not complained of.
 * A model that the catalogue does not know has no rules, but what is no image is none for it either.
 */
export function sourceProblems(job: ImageJob, model: ImageModel | undefined): Problem[] {
	const operation = operationOf(job);
	if (operation === 'generations') return [];
	const rules = model?.inputs?.[operation];
	const images = job.images ?? [];
	const problems: Problem[] = [];
	// One that could not be read is a problem of its own.
	const unread = job.problems?.some(({ field }) => field === 'images') ?? false;
	if (images.length === 0 && !unread && !continuesFromImage(job))
		problems.push({ field: 'images', message: NO_IMAGE[job.endpoint] });
	if (rules && images.length > rules.maxImages) {
		const allowed = rules.maxImages === 1 ? '1 image' : `${rules.maxImages} images`;
		problems.push({
			field: 'images',
			message: `${images.length} images are given. Allowed with ${job.model}: ${allowed}.`,
		});
	}
	// The old endpoint takes a form, which has no way to name what the server is to fetch.
	const takesReferences = job.endpoint !== 'variations' && (!rules || rules.references === true);
	if (!takesReferences && images.some(({ kind }) => kind !== 'bytes')) {
		const message = `${job.model} takes no addresses or file IDs for ${job.endpoint}. Turn Download URLs on, or use binary data.`;
		problems.push({ field: 'images', message });
	}
	for (const image of images) {
		const message = imageProblem(image, rules, job.model);
		if (message !== undefined) problems.push({ field: 'images', message });
	}
	return [...problems, ...overlayProblems(job, rules), ...dataUrlProblems(job)];
}

const NO_IMAGE = {
	generations: '',
	edits: 'There is no image to start from. Give one.',
	variations: 'There is no image to start from. Give one.',
	responses:
		'There is no image to start from. Give one, or the ID of the response or of the image call to go on from.',
};

/** Whether the image to start from is one that the conversation has already. */
function continuesFromImage({ conversation }: ImageJob): boolean {
	return conversation?.previousResponseId !== undefined || conversation?.imageCallId !== undefined;
}

function imageProblem(source: ImageSource, rules: InputRules | undefined, model: string): string | undefined {
	const facts = source.kind === 'bytes' ? source.facts : undefined;
	if (!facts) return undefined;
	const name = atStart(source.label);
	if (facts.bytes === 0) return `${name} is empty.`;
	if (!facts.header) return `${name} is no png, jpeg, webp or gif image, whatever its name or type say.`;
	if (!rules) return undefined;
	const { format, width, height } = facts.header;
	if (!rules.formats.includes(format)) {
		return `${name} is a ${format} image. Allowed with ${model}: ${rules.formats.join(', ')}. Convert it first.`;
	}
	if (facts.bytes >= rules.bytesBelow) {
		return `${name} has ${megabytes(facts.bytes)} MB. Allowed: less than ${megabytes(rules.bytesBelow)} MB. Make it smaller.`;
	}
	if (rules.square && width !== height) {
		return `${name} is ${formatSize({ width, height })} pixels. ${model} takes square images only. Crop it.`;
	}
	return undefined;
}

/** The longest data URL that the API takes, characters. */
const LONGEST_DATA_URL = 20_971_520;

/**
 * Beside an image that the server is to fetch, and in conversations, those at hand go as data URLs, which may be less
 * long than a file.
 */
function dataUrlProblems({ endpoint, images = [], mask, markup }: ImageJob): Problem[] {
	const sources = [...images, mask, markup].filter((source) => source !== undefined);
	if (endpoint !== 'responses' && sources.every(({ kind }) => kind === 'bytes')) return [];
	const [where, advice] =
		endpoint === 'responses'
			? ['In a conversation', 'Make it smaller, or upload it and give its file ID.']
			: ['Beside addresses or file IDs', 'Turn Download URLs on, or make it smaller.'];
	const allowed = (LONGEST_DATA_URL / 4) * 3 - 100;
	return sources.flatMap((source) => {
		const bytes = source.kind === 'bytes' ? (source.facts?.bytes ?? 0) : 0;
		if (bytes <= allowed) return [];
		const message =
			`${atStart(source.label)} has ${megabytes(bytes)} MB. ${where} at most ` +
			`${megabytes(allowed)} MB are possible. ${advice}`;
		return [{ field: 'images', message }];
	});
}

/** Mask and markup lie upon the first image. */
function overlayProblems(job: ImageJob, rules: InputRules | undefined): Problem[] {
	const { mask, markup, model } = job;
	const problems: Problem[] = [];
	const add = (field: string, message: string | undefined) => {
		if (message !== undefined) problems.push({ field, message });
	};
	if (mask && markup) add('markup', 'A mask and a markup do not go together. Leave one of them out.');
	if (mask && rules && rules.maskBytesBelow === undefined)
		add('mask', `${model} takes no mask here. Leave it out.`);
	if (mask && formatOf(job) === 'gif') add('mask', 'A mask does not go with the output format gif.');
	if (markup && job.endpoint === 'responses')
		add('markup', 'A markup is not possible in a conversation. Leave it out, or use the Images API.');
	else if (markup && rules && !rules.markup)
		add('markup', `${model} takes no markup. Leave it out, or use ${DEFAULT_MODEL}.`);
	if (mask) add('mask', overlayProblem(mask, job, rules?.maskBytesBelow));
	if (markup) add('markup', overlayProblem(markup, job, rules?.bytesBelow));
	return problems;
}

function overlayProblem(
	source: ImageSource,
	job: ImageJob,
	bytesBelow: number | undefined,
): string | undefined {
	const facts = source.kind === 'bytes' ? source.facts : undefined;
	if (!facts) return undefined;
	const name = atStart(source.label);
	if (facts.bytes === 0) return `${name} is empty.`;
	if (facts.header?.format !== 'png')
		return `${name} is ${kindOf(facts)}. It must be a png image with transparency.`;
	if (!facts.header.alpha) return `${name} has no transparency. Save it as a png with an alpha channel.`;
	if (bytesBelow !== undefined && facts.bytes >= bytesBelow) {
		return `${name} has ${megabytes(facts.bytes)} MB. Allowed: less than ${megabytes(bytesBelow)} MB.`;
	}
	const first = job.images?.[0];
	const under = first?.kind === 'bytes' ? first.facts?.header : undefined;
	if (!under || (under.width === facts.header.width && under.height === facts.header.height))
		return undefined;
	return (
		`${name} is ${formatSize(facts.header)} pixels, the first image ${formatSize(under)}. ` +
		'Both must have the same size: scale one of them.'
	);
}

function kindOf({ header }: SourceFacts): string {
	return header ? `a ${header.format} image` : 'no image';
}

function megabytes(bytes: number): string {
	return String(Number((bytes / 1024 / 1024).toFixed(1)));
}
