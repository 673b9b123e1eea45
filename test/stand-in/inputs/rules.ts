import sharp from 'sharp';
import { imageUserError, invalidRequest } from '../errors';
import { longestFile } from '../form';
import type { ImageModel } from '../models';
import type { ImageOrder } from '../orders/order';
import type { InputImage, InputRole, MeasuredInput, OrderInputs } from './input';

/** OpenAI's 4 MB, in bytes: of a mask, and of all that dall-e-2 takes. */
const fourMegabytes = 4 * 1024 * 1024;

/** What an endpoint takes with one model. */
export interface InputRules {
	kind: OrderInputs['kind'];
	mostImages: number;
	/** Null where anything goes that is an image. */
	mimeTypes: readonly string[] | null;
	/** In bytes; a file must be smaller. */
	imageBelow: number;
	square: boolean;
	mask: boolean;
	markup: boolean;
}

const edits: Record<ImageModel['family'], InputRules | null> = {
	gpt: {
		kind: 'edit',
		mostImages: 16,
		mimeTypes: ['image/jpeg', 'image/png', 'image/webp'],
		imageBelow: longestFile,
		square: false,
		mask: true,
		markup: true,
	},
	'dall-e-2': {
		kind: 'edit',
		mostImages: 1,
		mimeTypes: ['image/png'],
		imageBelow: fourMegabytes,
		square: true,
		mask: true,
		markup: false,
	},
	'dall-e-3': null,
	unknown: {
		kind: 'edit',
		mostImages: 16,
		mimeTypes: null,
		imageBelow: longestFile,
		square: false,
		mask: true,
		markup: true,
	},
};

/** What an edit takes with this model (the SDK's comments on `images.edit`), null where it has none. */
export function editRules(model: ImageModel): InputRules | null {
	const rules = edits[model.family];
	return rules && { ...rules, markup: rules.markup && model.markup };
}

/** What a variation takes (the SDK's comments on `images.createVariation`), null where the model has none. */
export function variationRules(model: ImageModel): InputRules | null {
	if (model.family !== 'dall-e-2' && model.family !== 'unknown') return null;
	const rules = edits[model.family]!;
	return { ...rules, kind: 'variation', mostImages: 1, mask: false, markup: false };
}

/**
 * Holds the images against the rules.
 *
 * @param missing what errors call the images where there is none: `image` of a form, `images` of JSON
 * @throws ApiError 400
 */
export async function checkInputs(
	given: MeasuredInput[],
	rules: InputRules,
	model: ImageModel,
	missing: 'image' | 'images',
): Promise<OrderInputs> {
	const of = (role: InputRole) => given.filter((input) => input.role === role);
	refuseNumber(of('image').length, rules, missing);
	const [mask = null] = of('mask');
	const [markup = null] = of('markup');
	if (mask && !rules.mask) throw invalidRequest("Unknown parameter: 'mask'.", 'mask', 'unknown_parameter');
	if (markup && !rules.markup) {
		throw imageUserError(`The model '${model.id}' does not support the 'markup' parameter.`, 'markup');
	}
	if (mask && markup) throw imageUserError("'markup' cannot be combined with 'mask'.", 'markup');

	const images = of('image').map((input, index) => checkImage(input, index, rules));
	const [first, ...others] = images;
	if (!first) throw new Error('The number of images was checked');
	return {
		kind: rules.kind,
		images: [first, ...others],
		mask: mask && checkOverlay(mask, first, fourMegabytes),
		markup: markup && (await checkMarkup(checkOverlay(markup, first, rules.imageBelow))),
	};
}

/** @throws ApiError 400 where the output that was ordered does not go with the images */
export function refuseOutput({ outputFormat }: ImageOrder, { mask }: OrderInputs): void {
	if (mask && outputFormat === 'gif') {
		throw imageUserError("'mask' is not supported with output_format=gif.", 'mask');
	}
}

/** What the API says of bytes that it cannot read. Images are counted from 1. */
export function invalidImageFile(index: number) {
	return imageUserError(
		`Invalid image file or mode for image ${index + 1}, please check your image file.`,
		null,
		'invalid_image_file',
	);
}

/** What the API says of a mask that does not fit; of a markup the stand-in says it likewise. */
export function invalidOverlay(role: InputRole, reason: string) {
	return imageUserError(
		`Invalid ${role} image format - ${role} ${reason}`,
		role,
		`invalid_${role}_image_format`,
	);
}

function refuseNumber(number: number, { mostImages }: InputRules, name: string): void {
	if (number === 0) {
		throw invalidRequest(`Missing required parameter: '${name}'.`, name, 'missing_required_parameter');
	}
	if (number <= mostImages) return;
	throw invalidRequest(
		`Invalid '${name}': array too long. Expected an array with maximum length ${mostImages}, but got an array ` +
			`with length ${number} instead.`,
		name,
		'array_above_max_length',
	);
}

function checkImage(input: MeasuredInput, index: number, rules: InputRules): InputImage {
	refuseLarger(input, rules.imageBelow);
	if (rules.mimeTypes) refuseType(input, rules.mimeTypes);
	const { measures } = input;
	if (!measures || (rules.mimeTypes && belied(input))) throw invalidImageFile(index);
	// Of what was fetched only the bytes count.
	if (rules.mimeTypes && !rules.mimeTypes.includes(measures.mimeType)) {
		throw unsupportedType(input.param, measures.mimeType, rules.mimeTypes);
	}
	if (rules.square && measures.width !== measures.height) {
		throw imageUserError('Uploaded image must be square.', input.param);
	}
	return { ...input, measures };
}

/** A mask or a markup: a PNG with alpha, as large as the first image. */
function checkOverlay(input: MeasuredInput, first: InputImage, below: number): InputImage {
	const { measures, role } = input;
	refuseLarger(input, below);
	refuseType(input, ['image/png']);
	if (measures?.mimeType !== 'image/png') throw invalidOverlay(role, 'image is not a valid PNG file');
	if (!measures.hasAlpha) throw invalidOverlay(role, 'image missing alpha channel');
	const { width, height } = first.measures;
	if (measures.width !== width || measures.height !== height) {
		throw invalidOverlay(role, 'size does not match image size');
	}
	return { ...input, measures };
}

async function checkMarkup(markup: InputImage): Promise<InputImage> {
	const stats = await sharp(markup.bytes)
		.stats()
		.catch(() => {
			throw invalidOverlay('markup', 'image is not a valid PNG file');
		});
	if (stats.isOpaque) throw invalidOverlay('markup', 'image has no transparent pixels');
	return markup;
}

function refuseLarger({ param, bytes, tooLong }: MeasuredInput, below: number): void {
	if (!tooLong && bytes.length < below) return;
	throw invalidRequest(
		`Invalid file '${param}': file too large. Files must be less than ${below / 1024 / 1024} MB.`,
		param,
		'file_too_large',
	);
}

/** The type that was claimed: of a form's part and of a data URL, where whoever sends it chooses it. */
function claimedType({ source, contentType }: MeasuredInput): string | null {
	return source === 'multipart' || source === 'data_url' ? contentType : null;
}

function refuseType(input: MeasuredInput, supported: readonly string[]): void {
	const claimed = claimedType(input);
	if (claimed !== null && !supported.includes(claimed)) {
		throw unsupportedType(input.param, claimed, supported);
	}
}

/** Whether the bytes are of another type than was claimed. */
function belied(input: MeasuredInput): boolean {
	const claimed = claimedType(input);
	return claimed !== null && claimed !== input.measures?.mimeType;
}

function unsupportedType(param: string, type: string, supported: readonly string[]) {
	const names = supported.map((name) => `'${name}'`);
	const last = names.pop();
	const list = names.length === 0 ? last : `${names.join(', ')}, and ${last}`;
	return invalidRequest(
		`Invalid file '${param}': unsupported mimetype ('${type}'). Supported file formats are ${list}.`,
		param,
		'unsupported_file_mimetype',
	);
}
