import fc from 'fast-check';
import { JOB_FIELDS } from '../../engine/sources/jobFields';
import { nearestName } from '../../engine/sources/nearestName';

describe('the name that was meant', () => {
	it.each([
		['quailty', 'quality'],
		['Prompt', 'prompt'],
		['promt', 'prompt'],
		['prompts', 'prompt'],
		['sise', 'size'],
		['outputFormat', 'output_format'],
		['outputformat', 'output_format'],
		['Output Path', 'output_path'],
		['out_path', 'output_path'],
		['sampleCount', 'sample_count'],
		['samples_count', 'sample_count'],
		['transparentBackground', 'transparent_background'],
		['transparant_backgroud', 'transparent_background'],
		['input-fidelity', 'input_fidelity'],
		['image', 'images'],
		['N', 'n'],
		['modle', 'model'],
	])('%s: %s', (name, expected) => {
		expect(nearestName(name, JOB_FIELDS)).toBe(expected);
	});

	it.each(['', 'x', 'm', 'style', 'colour', 'seed', 'filename', '🦊', 'prompt'.repeat(1000)])(
		'%s: none',
		(name) => {
			expect(nearestName(name, JOB_FIELDS)).toBeUndefined();
		},
	);

	it('is found after any one slip in any field', () => {
		const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz');
		const long = fc.constantFrom(...JOB_FIELDS.filter((name) => name.length > 4));
		const slip = fc.tuple(long, fc.nat(), letter, fc.constantFrom('add', 'leave out', 'exchange', 'swap'));
		fc.assert(
			fc.property(slip, ([field, place, other, kind]) => {
				const at = place % (field.length - 1);
				const rest = field.slice(at + 1);
				const wrong = {
					add: field.slice(0, at) + other + field.slice(at),
					'leave out': field.slice(0, at) + rest,
					exchange: field.slice(0, at) + other + rest,
					swap: field.slice(0, at) + field.charAt(at + 1) + field.charAt(at) + rest.slice(1),
				}[kind];
				expect(nearestName(wrong, JOB_FIELDS)).toBe(field);
			}),
		);
	});

	it('is one of the names, or none', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (name) => {
				const nearest = nearestName(name, JOB_FIELDS);
				expect([undefined, ...JOB_FIELDS]).toContain(nearest);
			}),
		);
	});
});
