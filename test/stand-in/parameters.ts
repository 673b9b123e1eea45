import { invalidRequest } from './errors';

/** A request's fields by the API's names. `null` counts as left out, except where the reader says otherwise. */
export type Fields = Record<string, unknown>;

/**
 * Refuses whatever the endpoint does not have.
 *
 * @throws ApiError 400 `unknown_parameter` naming the first such field
 */
export function refuseUnknown(fields: Fields, allowed: readonly string[]): void {
	const unknown = Object.keys(fields).find((name) => !allowed.includes(name));
	if (unknown !== undefined) {
		throw invalidRequest(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter');
	}
}

/**
 * Inner fields under the names that errors use for them, such as `svg.model` or `tools[0].size`.
 *
 * @param place what they stand in, such as `svg`
 */
export function fieldsIn(fields: Fields, place: string): Fields {
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${place}.${name}`, value]));
}

/**
 * A field that must be a string.
 *
 * @throws ApiError 400 `missing_required_parameter` where it is absent, `invalid_type` where it is not a string
 *   (null is not)
 */
export function readRequiredString(fields: Fields, name: string): string {
	const value = fields[name];
	if (value === undefined) {
		throw invalidRequest(`Missing required parameter: '${name}'.`, name, 'missing_required_parameter');
	}
	if (typeof value !== 'string') throw invalidType(name, 'a string', value);
	return value;
}

/**
 * @param longest in characters (code points)
 * @throws ApiError 400 `invalid_type`, `string_above_max_length`
 */
export function readString(fields: Fields, name: string, longest = Infinity): string | undefined {
	const value = fields[name] ?? undefined;
	if (value === undefined) return undefined;
	if (typeof value !== 'string') throw invalidType(name, 'a string', value);
	refuseLonger(value, name, longest);
	return value;
}

/**
 * @param longest in characters (code points)
 * @throws ApiError 400 `string_above_max_length`
 */
export function refuseLonger(value: string, name: string, longest: number): void {
	// A string is never longer in code points than in UTF-16 units, which are counted already.
	if (value.length <= longest) return;
	const length = [...value].length;
	if (length <= longest) return;
	throw invalidRequest(
		`Invalid '${name}': string too long. Expected a string with maximum length ${longest}, ` +
			`but got a string with length ${length} instead.`,
		name,
		'string_above_max_length',
	);
}

/** @throws ApiError 400 `invalid_type`, `integer_below_min_value`, `integer_above_max_value` */
export function readInteger(fields: Fields, name: string, min: number, max: number): number | undefined {
	const value = fields[name] ?? undefined;
	if (value === undefined) return undefined;
	if (typeof value !== 'number' || !Number.isInteger(value)) throw invalidType(name, 'an integer', value);
	if (value < min) throw outsideRange(name, 'integer', value, 'below minimum', `>= ${min}`);
	if (value > max) throw outsideRange(name, 'integer', value, 'above maximum', `<= ${max}`);
	return value;
}

/** @throws ApiError 400 `invalid_type`, `decimal_below_min_value`, `decimal_above_max_value` */
export function readNumber(fields: Fields, name: string, min: number, max: number): number | undefined {
	const value = fields[name] ?? undefined;
	if (value === undefined) return undefined;
	if (typeof value !== 'number') throw invalidType(name, 'a decimal number', value);
	if (value < min) throw outsideRange(name, 'decimal', value, 'below minimum', `>= ${min}`);
	if (value > max) throw outsideRange(name, 'decimal', value, 'above maximum', `<= ${max}`);
	return value;
}

/** @throws ApiError 400 `invalid_type` */
export function readBoolean(fields: Fields, name: string): boolean | undefined {
	const value = fields[name] ?? undefined;
	if (value === undefined) return undefined;
	if (typeof value !== 'boolean') throw invalidType(name, 'a boolean', value);
	return value;
}

/** @throws ApiError 400 `invalid_type`, `invalid_value` naming what is allowed */
export function readChoice<Choice extends string>(
	fields: Fields,
	name: string,
	choices: readonly Choice[],
): Choice | undefined {
	const value = fields[name] ?? undefined;
	if (value === undefined) return undefined;
	const supported = listed(choices.map((choice) => `'${choice}'`));
	if (typeof value !== 'string') throw invalidType(name, `one of ${supported}`, value);
	const choice = choices.find((candidate) => candidate === value);
	if (choice === undefined) {
		throw invalidRequest(
			`Invalid value: '${value}'. Supported values are: ${supported}.`,
			name,
			'invalid_value',
		);
	}
	return choice;
}

/** @throws ApiError 400 `invalid_type` */
export function readObject(fields: Fields, name: string): Fields | undefined {
	const value = fields[name] ?? undefined;
	if (value === undefined) return undefined;
	if (!isFields(value)) throw invalidType(name, 'an object', value);
	return value;
}

/** Whether a parsed body is an object with fields. */
export function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function outsideRange(
	name: string,
	kind: 'integer' | 'decimal',
	value: number,
	which: 'below minimum' | 'above maximum',
	expected: string,
) {
	return invalidRequest(
		`Invalid '${name}': ${kind} ${which} value. Expected a value ${expected}, but got ${value} instead.`,
		name,
		`${kind}_${which === 'below minimum' ? 'below_min' : 'above_max'}_value`,
	);
}

/** @param expected with its article, such as `a string` */
export function invalidType(name: string, expected: string, value: unknown) {
	return invalidRequest(
		`Invalid type for '${name}': expected ${expected}, but got ${typeName(value)} instead.`,
		name,
		'invalid_type',
	);
}

function typeName(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'an array';
	if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function listed(names: string[]): string {
	if (names.length < 3) return names.join(' and ');
	return `${names.slice(0, -1).join(', ')}, and ${names.at(-1)}`;
}
