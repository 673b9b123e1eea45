import fc from 'fast-check';
import { readConfiguration } from '../../engine/sources/configuration';
import { findSyntaxFault } from '../../engine/sources/jsonSyntax';

function faultOf(text: string): { path: string; message: string } {
	const { problems, jobs } = readConfiguration(text);
	expect({ problems: problems.length, jobs }).toEqual({ problems: 1, jobs: [] });
	return problems[0]!;
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

describe('a configuration that is no JSON', () => {
	it.each<[string, string, string, RegExp]>([
		['a comma too many', '{"jobs": [1,\n\t]}', 'line 2, column 2', /comma before this is one too many\./],
		['a comma after the last field', '{"a": 1, }', 'line 1, column 10', /comma before this is one too many/],
		['a comma too few', '{"a": 1\r\n "b": 2}', 'line 2, column 2', /A comma is missing before this/],
		['a quote within a text', '{"a": "the "red" fox"}', 'line 1, column 13', /or a \\ before a "/],
		['single quotes', "{'a': 1}", 'line 1, column 2', /not in single quotes/],
		['typographic quotes', '{"a": “x”}', 'line 1, column 7', /typographic quotes/],
		['a comment', '{\r\n// jobs\r\n"a": 1}', 'line 2, column 1', /no comments/],
		['a prompt list', '# fox\nA fox', 'line 1, column 1', /no comments/],
		['a name without quotes', '{a: 1}', 'line 1, column 2', /name of a field, in ",/],
		['a second comma', '[1,,2]', 'line 1, column 4', /A value is expected here/],
		['a colon too few', '{"a" 1}', 'line 1, column 6', /A colon is missing/],
		['a value too few', '{"a":}', 'line 1, column 6', /A value is expected here/],
		['True', '{"a": True}', 'line 1, column 7', /true, false, null/],
		['a number that is none', '[01]', 'line 1, column 3', /A comma is missing/],
		['a wrong bracket', '{"a": [1, 2}', 'line 1, column 12', /A \] is missing before this/],
		['a bracket too few', '{"a": [1, 2]', 'line 1, column 13', /ends too early: a \} is missing/],
		['a bracket too many', '{"a": 1}}', 'line 1, column 9', /Nothing may follow/],
		['a text that does not end', '{"a": "x}', 'line 1, column 7', /no closing "/],
		['a text on two lines', '{"a": "x\ny"}', 'line 1, column 9', /on one line/],
		['a path of Windows', '{"a": "C:\\x"}', 'line 1, column 10', /backslash in a text must be written twice/],
		['a byte order mark before it', '\uFEFF{"a": }', 'line 1, column 7', /A value is expected/],
		['letters of two units', '["🦊🦊" x]', 'line 1, column 7', /comma is missing/],
	])('%s: says where and why', (_, text, path, reason) => {
		const fault = faultOf(text);
		expect(fault.path).toBe(path);
		expect(fault.message).toMatch(/^This is not valid JSON\. /);
		expect(fault.message).toMatch(reason);
	});

	it('shows the place', () => {
		const text =
			'{\n  "jobs": [\n    {"prompt": "A red fox", "size": "auto"\n     "quality": "high", "n": 1}\n  ]\n}';
		expect(faultOf(text).message).toMatch(
			/The place \(>>>\): \.\.\.ompt": "A red fox", "size": "auto" >>>"quality": "high", "\.\.\.$/,
		);
	});

	it('shows a place in a very long line on one short one', () => {
		const { message } = faultOf(`["${'🦊'.repeat(100_000)}" \u0000 "${'x'.repeat(100_000)}"]`);
		expect(message.length).toBeLessThan(300);
		expect(message).toMatch(/^[^\p{Cc}]*$/u);
		expect(message.isWellFormed()).toBe(true);
	});
});

describe('the place of a fault', () => {
	const json = fc.json();
	const damaged = fc
		.tuple(
			json,
			fc.nat(),
			fc.nat({ max: 3 }),
			fc.constantFrom('', ',', '"', '}', ']', '\\', '\n', "'", '-', '.'),
		)
		.map(([text, place, cut, letter]) => {
			const at = place % (text.length + 1);
			return text.slice(0, at) + letter + text.slice(at + cut);
		});

	it('is there for whatever JSON.parse refuses, and for nothing else', () => {
		const alphabet = fc.string({
			unit: fc.constantFrom(...'{}[],:"\\u0019abtrue.-+eE \n\t\u0000\u00a0\uFEFF', 'false', 'null', 'true'),
		});
		fc.assert(
			fc.property(fc.oneof(json, damaged, alphabet, fc.string({ unit: 'binary' })), (text) => {
				expect(findSyntaxFault(text) === undefined).toBe(isJson(text));
			}),
			{ numRuns: 5000 },
		);
	});

	it('has nothing wrong before it', () => {
		fc.assert(
			fc.property(fc.oneof(damaged, json), (text) => {
				const fault = findSyntaxFault(text);
				if (!fault) return;
				// What stands before it could go on well: it is whole, or it only ends too early.
				const before = findSyntaxFault(text.slice(0, fault.offset));
				const open = before === undefined || /no closing "|ends too early/.test(before.reason);
				expect(open).toBe(true);
			}),
		);
	});

	it('is where something impossible was put', () => {
		fc.assert(
			fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.nat(), (values, place) => {
				const text = JSON.stringify({ values }, null, 1);
				const at = text.indexOf('[') + (place % (text.length - text.indexOf('[') + 1));
				expect(findSyntaxFault(`${text.slice(0, at)}^${text.slice(at)}`)?.offset).toBe(
					/-$/.test(text.slice(0, at)) ? at - 1 : at,
				);
			}),
		);
	});

	it('is found in the deepest nesting', () => {
		expect(findSyntaxFault('['.repeat(200_000))?.offset).toBe(200_000);
	});
});
