import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import sharp from 'sharp';
import { exampleFolder, importedExample, nodeOf } from '../../host/imported-example';
import type { CredentialFile, WorkflowFile } from '../../host/n8n';
import { chain, node, START } from './workflow';

/** The pictures that ship with the example product-shots. */
export const PRODUCTS = join(exampleFolder('product-shots'), 'products');

/** A square PNG of 768x768. */
export const TEAPOT = join(PRODUCTS, '01-teapot.png');

/** What `varying` makes an item of each. */
export const STRENGTHS = ['subtle', 'moderate', 'strong'] as const;

/** The node under test in `varying`. */
export const VARY = 'Vary';

/** The node behind it, whose field `of` is the strength of the item that an image is linked to. */
export const LINKED = 'Linked';

/** The example product-shots over the pictures of any folder, under an id of its own. */
export async function combining(
	id: string,
	pictures: string,
	output: string,
	credential: CredentialFile,
): Promise<WorkflowFile> {
	const settings = { pictures_folder: pictures, output_folder: output };
	return { ...(await importedExample('product-shots', settings, credential)), id, name: id };
}

/** An edit of the teapot with a circle and an arrow drawn upon it. @param pictures a folder that is made for both */
export async function marking(
	id: string,
	pictures: string,
	output: string,
	credential: CredentialFile,
): Promise<WorkflowFile> {
	await mkdir(pictures);
	await copyFile(TEAPOT, join(pictures, '1-teapot.png'));
	const drawn =
		'<svg xmlns="http://www.w3.org/2000/svg" width="768" height="768" fill="none" stroke="#e11d48" stroke-width="14">' +
		'<circle cx="384" cy="250" r="120"/><path d="M640 60L490 190M490 190l58 -14M490 190l22 -56"/></svg>';
	await sharp(Buffer.from(drawn)).png().toFile(join(pictures, '2-markup.png'));
	const workflow = await combining(id, pictures, output, credential);
	Object.assign(nodeOf(workflow, 'Combine Pictures').parameters, {
		binaryPropertyNames: 'data',
		markupBinaryPropertyName: 'data_1',
		prompt: 'Make the lid golden, as marked.',
	});
	return workflow;
}

/** Makes a folder with so many pictures, `picture-01.png` and so on, each of a colour of its own. */
export async function paintPictures(pictures: string, count: number): Promise<void> {
	await mkdir(pictures);
	for (let number = 1; number <= count; number++) {
		const background = `hsl(${number * 20}, 70%, 50%)`;
		const picture = sharp({ create: { width: 96, height: 96, channels: 3, background } });
		await picture.toFile(join(pictures, `picture-${String(number).padStart(2, '0')}.png`));
	}
}

/** Variations of the teapot, of three items with a strength each. @param parameters the node's own */
export function varying(id: string, credential: CredentialFile, parameters: INodeParameters): WorkflowFile {
	const items = STRENGTHS.map((strength) => ({ strength }));
	const of = { id: 'of', name: 'of', type: 'string', value: "={{ $('Items').item.json.strength }}" };
	return chain(id, [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('List', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }) }),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
		node('Read', 'n8n-nodes-base.readWriteFile', 1.1, { fileSelector: TEAPOT }),
		{
			...node(VARY, 'n8n-nodes-openai-image.openAiImageVariation', 1, parameters),
			credentials: { openAiImageApi: { id: credential.id, name: credential.name } },
		},
		node(LINKED, 'n8n-nodes-base.set', 3.4, { assignments: { assignments: [of] } }),
	]);
}
