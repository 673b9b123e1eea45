import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { INodeType } from 'n8n-workflow';
import { compiledPackage } from '../n8n/package';
import type { StandIn } from '../stand-in';
import { startStandIn } from '../stand-in';
import { GENERATE_NODE, turns } from './conversation';
import type { GenerateResult, ImageJson } from './generate';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});

afterAll(async () => await standIn.close());

type Linked = ImageJson['image'] & { url?: string | null; partial_images?: object[] };

const linkOf = ({ json }: GenerateResult) => (json[0]!.image as Linked).url;
const rows = [{ json: { prompt: 'a fox' } }];
const signed = { output: { signedUrl: true } };

/** What a link leads to: n8n's id of the binary data that its token was signed for. */
function targetOf(url: string | null | undefined): string {
	const { origin, pathname, searchParams } = new URL(url!);
	expect(origin + pathname).toBe('http://localhost:5678/rest/binary-data/signed');
	return Container.get(BinaryDataService).validateSignedToken(searchParams.get('token')!);
}

/** The Generate node as an AI agent has it: under a name of its own. */
const TOOL = `n8n-nodes-openai-image.${GENERATE_NODE}Tool`;
async function asTool(): Promise<Record<string, new () => INodeType>> {
	const { type } = (await compiledPackage()).getNode(GENERATE_NODE);
	return { [TOOL]: type.constructor as new () => INodeType };
}

describe('where n8n keeps binary data in files', () => {
	const binaryMode = 'filesystem';

	it.each(['images', 'responses'])('an item of the %s API has a signed link to its image', async (api) => {
		const made = await turns(GENERATE_NODE, {
			rows: [{ json: { prompt: 'a fox', api, partial_images: 1 } }],
			standIn,
			binaryMode,
			parameters: signed,
		});
		expect(targetOf(linkOf(made))).toBe(made.items[0]!.binary!.data!.id);
		// Of the image only.
		const { partial_images: partials } = made.json[0]!.image as Linked;
		expect(partials).toHaveLength(1);
		expect(partials![0]).not.toHaveProperty('url');
	});

	it('every image of an item has its own', async () => {
		const { items, json } = await turns(GENERATE_NODE, {
			rows: [{ json: { prompt: 'a fox', n: 2 } }],
			standIn,
			binaryMode,
			parameters: { output: { signedUrl: true, layout: 'itemPerInput' } },
		});
		const { images } = json[0] as unknown as { images: Linked[] };
		const { data, data_1: second } = items[0]!.binary!;
		expect(images.map(({ url }) => targetOf(url))).toEqual([data!.id, second!.id]);
		expect((json[0]!.image as Linked).url).toBe(images[0]!.url);
	});

	it('there is none unless it is asked for', async () => {
		const { json } = await turns(GENERATE_NODE, { rows, standIn, binaryMode });
		expect(json[0]!.image).not.toHaveProperty('url');
	});

	it("an agent's tool gets it unasked", async () => {
		const made = await turns(TOOL, { rows, standIn, binaryMode, nodes: await asTool() });
		expect(targetOf(linkOf(made))).toBe(made.items[0]!.binary!.data!.id);
	});
});

describe('where n8n keeps binary data in memory', () => {
	it('the link that was asked for is null', async () => {
		const made = await turns(GENERATE_NODE, { rows, standIn, parameters: signed });
		expect(linkOf(made)).toBeNull();
		expect((await made.result.binary(made.items[0]!, 'data')).length).toBe(made.json[0]!.image.bytes);
	});

	it("so is that of an agent's tool", async () => {
		const made = await turns(TOOL, { rows, standIn, nodes: await asTool() });
		expect(linkOf(made)).toBeNull();
	});
});
