import type { IDataObject } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, CHEAP } from './batch';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const fox = (output_path?: string, more: IDataObject = {}): IDataObject => ({
	prompt: 'a fox',
	...CHEAP,
	...(output_path === undefined ? {} : { output_path }),
	...more,
});
const json = (jobs: IDataObject[], settings: IDataObject = {}) => ({
	source: 'json',
	json: JSON.stringify({ jobs, ...settings }),
});

const OUTSIDE = [
	'../x.png',
	'/etc/x',
	'C:\\x',
	'C:x.png',
	'a/../../b',
	'a/..',
	'..',
	'.. /x.png',
	'a/.../b.png',
	'a\\..\\..\\b.png',
	'\\\\server\\share\\x.png',
	'\\x.png',
	'file:///etc/x',
	'https://example.com/x.png',
	'a/',
	'.',
	'a\nb.png',
	'a\u0000.png',
];

describe('a path that leads elsewhere or nowhere is refused', () => {
	it('in a configuration, all of them together, before anything is sent', async () => {
		const { result } = await batch({ standIn, parameters: json(OUTSIDE.map((path) => fox(path))) });
		for (const place of OUTSIDE.keys())
			expect(result.error!.message).toContain(`jobs[${place}].output_path: `);
		expect(standIn.books).toEqual([]);
	});

	it('in a row, which alone fails', async () => {
		const { images, failed } = await batch({
			standIn,
			rows: [...OUTSIDE.map((path) => fox(path)), fox('in/side.png')],
			parameters: {},
		});
		expect(images.map(({ output_path }) => output_path)).toEqual(['in/side.png']);
		expect(failed.map(({ output_path, error }) => [output_path, error.param])).toEqual(
			OUTSIDE.map((path) => [path, 'output_path']),
		);
		expect(standIn.books).toHaveLength(1);
	});

	it.each(['../out', '/out', 'C:\\out', 'a/../..'])('as the folder of all: %s', async (output_dir) => {
		const { result } = await batch({ standIn, parameters: json([fox()], { output_dir }) });
		expect(result.error!.message).toContain('output_dir: ');
		expect(standIn.books).toEqual([]);
	});
});

it('a name that a disk does not take is made safe', async () => {
	const long = 'x'.repeat(300);
	const unsafe: Array<[given: string, made: string | RegExp]> = [
		[`${long}.png`, /^x{200}\.png$/],
		[`${long}/${long}.png`, /^x{200}\/x{200}\.png$/],
		['狐'.repeat(300), /^狐{66}\.png$/],
		['CON.png', 'CON_.png'],
		['lpt1/nul.png', 'lpt1_/nul_.png'],
		['what: b*c?.png', 'what- b-c-.png'],
		['.hidden.png', 'hidden.png'],
		['./here/./now.png', 'here/now.png'],
		['windows\\path.png', 'windows/path.png'],
		['ends with dots....png', 'ends with dots.png'],
		['{slug}-{name}.png', 'slug---name-.png'],
		[' blanks around .png', 'blanks around.png'],
		['no ending', 'no ending.png'],
		['other.ending.gif', 'other.ending.png'],
		['archive.tar.zip', 'archive.tar.zip.png'],
	];
	const { result, images, outputs } = await batch({
		standIn,
		parameters: json(unsafe.map(([path]) => fox(path))),
	});
	expect(result.error).toBeUndefined();
	expect(images.map(({ output_path }) => output_path)).toEqual(
		unsafe.map(([, made]) => (typeof made === 'string' ? made : expect.stringMatching(made))),
	);
	const [, second] = outputs.images;
	expect(second!.binary!.data).toMatchObject({
		directory: 'x'.repeat(200),
		fileName: `${'x'.repeat(200)}.png`,
	});
	expect(outputs.images[3]!.binary!.data!.directory).toBeUndefined();
});

it('no name is given twice, whatever the jobs are called and how many images they have', async () => {
	const { images } = await batch({
		standIn,
		parameters: json(
			[
				fox('a/fox.png', { n: 2 }),
				fox('a/fox.png'),
				fox('A/FOX.png'),
				fox('a/fox_2.png'),
				fox('fox.png'),
				fox('a//fox.jpg'),
				fox(`${'x'.repeat(290)}1.png`),
				fox(`${'x'.repeat(290)}2.png`),
				fox(),
				fox('09_a-fox.png'),
			],
			{ output_dir: 'out' },
		),
	});
	const paths = images.map(({ output_path }) => output_path!);
	expect(paths).toHaveLength(11);
	expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(11);
	expect(paths.every((path) => path.startsWith('out/'))).toBe(true);
	// Who comes first has the name.
	expect([paths[0], paths[1], paths[5]]).toEqual(['out/a/fox.png', 'out/a/fox_2.png', 'out/fox.png']);
});

it('a letter with an accent is the same however it is written', async () => {
	const { images } = await batch({
		standIn,
		parameters: json(['caf\u00e9.png', 'cafe\u0301.png'].map((path) => fox(path))),
	});
	expect(new Set(images.map(({ output_path }) => output_path!.normalize('NFC'))).size).toBe(2);
});

it('names that differ in their endings are left as they are', async () => {
	const { images } = await batch({
		standIn,
		parameters: json([fox('hero.png'), fox('hero.webp', { output_format: 'webp' })]),
	});
	expect(images.map(({ output_path }) => output_path)).toEqual(['hero.png', 'hero.webp']);
});

describe('the template of file names', () => {
	it('has all that is known of an image', async () => {
		const { images, summary } = await batch({
			standIn,
			rows: [
				fox(undefined, { name: 'Vulpes', n: 2 }),
				fox(undefined, { model: 'gpt-image-2', output_format: 'webp' }),
				fox('own/path.png'),
			],
			parameters: {
				output: { fileName: '{date} {index} {name} {slug} {image} {NN} {model} {quality} {what}.png' },
			},
		});
		const day = summary.started_at.slice(0, 10);
		expect(images.map(({ output_path }) => output_path)).toEqual([
			`${day} 01 Vulpes a-fox 1 01 gpt-image-2.5-flare low {what}.png`,
			`${day} 01 Vulpes a-fox 2 02 gpt-image-2.5-flare low {what}.png`,
			`${day} 02 a-fox a-fox 1 01 gpt-image-2 low {what}.webp`,
			'own/path.png',
		]);
	});

	it('may be of each item', async () => {
		const { images } = await batch({
			standIn,
			rows: [
				{ ...fox(), sku: 'A-7' },
				{ ...fox(), sku: 'B/../8' },
			],
			parameters: { output: { fileName: '={{ $json.sku }}' } },
		});
		expect(images.map(({ output_path }) => output_path)).toEqual(['A-7.png', 'B-..-8.png']);
	});

	it('goes before the way of prompt lists, and below the folder of a configuration', async () => {
		const listed = await batch({
			standIn,
			parameters: {
				...CHEAP,
				source: 'promptList',
				promptList: '# Vulpes\na fox',
				output: { fileName: '{name}' },
			},
		});
		expect(listed.images.map(({ output_path }) => output_path)).toEqual(['Vulpes.png']);
		const configured = await batch({
			standIn,
			parameters: { ...json([fox()], { output_dir: './out/' }), output: { fileName: '{slug}' } },
		});
		expect(configured.images.map(({ output_path }) => output_path)).toEqual(['out/a-fox.png']);
	});

	it('is, when empty, the slug of a single job, with its number before it where there are several', async () => {
		const single = await batch({ standIn, rows: [fox()], parameters: {} });
		expect(single.images.map(({ output_path }) => output_path)).toEqual(['a-fox.png']);
		const several = await batch({ standIn, rows: [fox(), fox()], parameters: {} });
		expect(several.images.map(({ output_path }) => output_path)).toEqual(['01_a-fox.png', '02_a-fox.png']);
	});
});
