import type { RequestBody } from '../body';
import { invalidRequest } from '../errors';
import type { FormFile } from '../form';
import type { GivenInput, InputRole } from './input';

const roles: Record<string, InputRole> = {
	image: 'image',
	'image[]': 'image',
	mask: 'mask',
	markup: 'markup',
};

/**
 * The images of a form, in the order they came.
 *
 * @param lenient several files may all be called `image`, as some servers have it. OpenAI takes one under that name,
 *   and any number under `image[]`
 * @throws ApiError 400 `unknown_parameter`, `duplicate_parameter`, and `invalid_type` for a text where a file belongs
 */
export function formInputs(body: RequestBody, lenient: boolean): GivenInput[] {
	refuseTexts(body.value);
	let images = 0;
	const seen = new Set<string>();
	return body.files.map((file) => {
		const role = Object.hasOwn(roles, file.field) ? roles[file.field] : undefined;
		if (!role) {
			throw invalidRequest(`Unknown parameter: '${file.field}'.`, file.field, 'unknown_parameter');
		}
		if (file.field !== 'image[]' && seen.has(file.field) && !(lenient && role === 'image')) {
			throw duplicateParameter(file.field, role === 'image');
		}
		seen.add(file.field);
		const param = file.field === 'image[]' ? `image[${images}]` : file.field;
		if (role === 'image') images += 1;
		return given(file, role, param);
	});
}

/** A parameter that came twice. The real API names the array syntax where there is one. */
export function duplicateParameter(name: string, hasArray: boolean) {
	const hint = hasArray
		? ` If you are trying to provide a list of values, use the array syntax instead e.g. '${name}[]=<value>'.`
		: '';
	return invalidRequest(
		`Duplicate parameter: '${name}'. You provided multiple values for this parameter, whereas only one is ` +
			`allowed.${hint}`,
		name,
		'duplicate_parameter',
	);
}

function given(file: FormFile, role: InputRole, param: string): GivenInput {
	return { ...file, role, param, source: 'multipart' };
}

/** A part without a file name is a text, whatever its bytes: what clients with a careless encoder run into. */
function refuseTexts(texts: unknown): void {
	for (const name of Object.keys(texts ?? {})) {
		const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
		if (!role) continue;
		const expected = role === 'image' ? 'one of an array of files or file' : 'a file';
		throw invalidRequest(
			`Invalid type for '${role}': expected ${expected}, but got a string instead.`,
			role,
			'invalid_type',
		);
	}
}
