import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { batch, CHEAP, requestsFor } from './batch';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

beforeEach(() => standIn.reset());

const listed = { source: 'promptList', ...CHEAP };

const LIST = '# Füchse\r\nEin Fuchs,\r\nmüde\r\n\r\n# owl\r\nAn owl\r\n';

const item = (bytes: Buffer): INodeExecutionData => ({
	json: {},
	binary: { list: { data: bytes.toString('base64'), fileName: 'prompts.txt', mimeType: 'text/plain' } },
});

const expectRead = async (
	given: Pick<Parameters<typeof batch>[0], 'items'> & { parameters?: IDataObject },
) => {
	const { images, summary, result } = await batch({
		standIn,
		...given,
		parameters: { ...listed, ...(given.parameters as object) },
	});
	expect(result.error).toBeUndefined();
	expect(images.map(({ job_id, prompt, output_path }) => [job_id, prompt, output_path])).toEqual([
		['Füchse', 'Ein Fuchs,\nmüde', 'image.Füchse.01.low.png'],
		['owl', 'An owl', 'image.owl.01.low.png'],
	]);
	expect(summary.warnings).toEqual([]);
};

it('may be a text', async () => await expectRead({ parameters: { promptList: LIST } }));

it.each([
	['UTF-8', Buffer.from(LIST)],
	['UTF-8 with a byte order mark', Buffer.from(`\ufeff${LIST}`)],
	['UTF-16', Buffer.from(`\ufeff${LIST}`, 'utf16le')],
])('may be a file in %s, with Windows line ends', async (_, bytes) => {
	await expectRead({
		items: [item(bytes)],
		parameters: { promptListBinaryPropertyName: 'list', promptList: 'not read' },
	});
});

it("goes by the node's parameters, and gives every prompt so many images", async () => {
	const { images } = await batch({
		standIn,
		parameters: {
			source: 'promptList',
			promptList: '# fox\na fox\n# owl\nan owl',
			count: 3,
			n: 7,
			model: { __rl: true, mode: 'id', value: 'gpt-image-2' },
			...CHEAP,
			quality: 'medium',
			options: { outputFormat: 'webp', background: 'opaque' },
		},
	});
	expect(standIn.books.map(({ body }) => body)).toEqual(
		['a fox', 'an owl'].map((prompt) => ({
			model: 'gpt-image-2',
			prompt,
			n: 3,
			size: CHEAP.size,
			quality: 'medium',
			background: 'opaque',
			output_format: 'webp',
		})),
	);
	expect(images.map(({ output_path }) => output_path)).toEqual(
		['fox', 'owl'].flatMap((name) => [1, 2, 3].map((number) => `image.${name}.0${number}.medium.webp`)),
	);
});

it('has `auto` in its names where no quality is set, and numbers beyond nine', async () => {
	const { images } = await batch({
		standIn,
		parameters: { source: 'promptList', promptList: '# fox\na fox', count: 11, size: CHEAP.size },
	});
	expect(images).toHaveLength(11);
	expect([images[0], images[9], images[10]].map((image) => image!.output_path)).toEqual([
		'image.fox.01.auto.png',
		'image.fox.10.auto.png',
		'image.fox.11.auto.png',
	]);
});

it.each<[string, IDataObject, RegExp[]]>([
	['empty', { promptList: '' }, [/line 1: There is no prompt/]],
	['blank', { promptList: '\n \n' }, [/line 1: There is no prompt/]],
	['without a header', { promptList: '\na fox' }, [/line 2: "a fox" stands before the first header/]],
	['a header that is none', { promptList: '#fox\na fox' }, [/line 1: .*"# fox"/]],
	[
		'of headers alone, of one name, of none',
		{ promptList: '# fox\n# Fox\na fox\n#\nan owl\n# hen\na hen\n# HEN\na hen' },
		[
			/line 1: There is no text for "fox"/,
			/line 2: .*"Fox".*line 1/,
			/line 4: .*no name/,
			/line 8: .*"HEN".*line 6/,
		],
	],
	['not there', { promptListBinaryPropertyName: 'sheet' }, [/sheet/]],
	['asked for no image', { promptList: '# fox\na fox', count: 0 }, [/prompt "fox" \(line 1\)\.n: .*0/]],
	[
		'asked for half an image',
		{ promptList: '# fox\na fox', count: 1.5 },
		[/prompt "fox" \(line 1\)\.n: .*1\.5/],
	],
	[
		'of a size that is none',
		{ promptList: '# fox\na fox', size: 'big' },
		[/prompt "fox" \(line 1\)\.size: .*big/],
	],
])('is refused before anything is sent: %s', async (_, parameters, messages) => {
	const { result } = await batch({
		standIn,
		items: [item(Buffer.from(LIST))],
		parameters: { ...listed, ...(parameters as object) },
	});
	expect(result.run.status).toBe('error');
	for (const message of messages) expect(result.error!.message).toMatch(message);
	expect(standIn.books).toEqual([]);
});

it('several lists are one batch, each with its own item and count; the same one is run once', async () => {
	const { images, outputs, summary } = await batch({
		standIn,
		rows: [
			{ list: '# fox\na fox', count: 2 },
			{ list: '# owl\nan owl', count: 1 },
			{ list: '# fox\na fox', count: 2 },
		],
		parameters: { ...listed, promptList: '={{ $json.list }}', count: '={{ $json.count }}' },
	});
	expect(images.map(({ job_id }) => job_id)).toEqual(['fox', 'fox', 'owl']);
	expect(outputs.images.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 1 }]);
	expect(summary.warnings).toEqual(['1 of 3 input items gave the same batch again, which is run once.']);
});

it('two lists may have a name in common', async () => {
	const { images, summary } = await batch({
		standIn,
		rows: [{ list: '# fox\na fox' }, { list: '# fox\nanother fox' }],
		parameters: { ...listed, promptList: '={{ $json.list }}' },
	});
	expect(summary.results.map(({ job_id }) => job_id)).toEqual(['job-1', 'job-2']);
	expect(images.map(({ output_path }) => output_path)).toEqual([
		'image.fox.01.low.png',
		'image.fox.01.low_2.png',
	]);
	expect(requestsFor(standIn, 'another fox')).toHaveLength(1);
});
