import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startStandIn } from '../test/stand-in';
import { launchBrowser, writePicture } from './editor-page';
import { importedExample } from './imported-example';
import { startMishaps } from './mishaps';
import { openAiCredential, type N8n } from './n8n';

const WARES = [
	['teapot', 'Celadon teapot with a bamboo handle'],
	['bowl', 'Wide stoneware bowl with a speckled rim'],
	['jug', 'Tall milk jug with a cobalt glaze'],
	['plate', 'Oval serving plate with pressed ferns'],
	['vase', 'Bottle vase with a copper red glaze'],
	['mug', 'Handmade mug with a thumb rest'],
	['lamp', 'Table lamp with a pleated paper shade'],
	['tray', 'Round ash wood tray with leather handles'],
	['candle', 'Beeswax candle in a brass holder'],
	['basket', 'Willow basket with a plaited lid'],
] as const;

const SETTINGS = [
	['plain', 'on a plain grey ground, even studio light'],
	['linen', 'on washed linen by a window, soft daylight'],
	['garden', 'on a garden table under an apple tree, late sun'],
	['dark', 'on slate, low key, one light from the side'],
	['above', 'seen from straight above, long shadows'],
	['winter', 'with fir twigs and snow behind the window'],
] as const;

const MISHAPS = {
	'Tall milk jug with a cobalt glaze, on washed': '[[delay 700 x1]] [[status 500 x1]]',
	'Bottle vase with a copper red glaze, on a garden': '[[delay 300 x1]] [[rate-limit 2 x1]]',
	'Round ash wood tray with leather handles, seen': '[[delay 500 x2]] [[status 503 x2]]',
	'Willow basket with a plaited lid, on washed': '[[delay 700 x1]] [[status 500 x1]]',
	'Handmade mug with a thumb rest, on slate': '[[delay 600]] [[moderation]]',
	'Beeswax candle in a brass holder, on a garden': '[[delay 900]] [[status 500]]',
	'Oval serving plate with pressed ferns, with fir': '[[not-an-image]]',
	'Table lamp with a pleated paper shade, seen': '[[delay 600]] [[moderation]]',
} as const;

/** Milliseconds; the dearer model and the longer prompt take longer. */
function delayOf({ prompt, model }: { prompt: string; model: string }): number {
	return (model.endsWith('sunburst') ? 1700 : 800) + (prompt.length % 13) * 70;
}

/**
 * A picture of the report that the example batch-spreadsheet leaves behind: 60 rows of two models, some of which fail
 * and some of which are tried again.
 * @param folder where n8n may read and write
 */
export async function takeReportPicture(n8n: N8n, folder: string, file: string): Promise<void> {
	const standIn = await startStandIn({ delayMs: delayOf });
	const mishaps = await startMishaps(standIn.url, MISHAPS);
	try {
		const catalogue = join(folder, 'sixty-rows.csv');
		const output = join(folder, 'report');
		await mkdir(output);
		await writeFile(catalogue, rows());
		const credential = openAiCredential({ apiKey: standIn.key, baseUrl: mishaps.url }, 'report');
		const fields = { catalogue_csv: catalogue, budget_usd: 5, output_folder: output };
		const workflow = await importedExample('batch-spreadsheet', fields, credential);
		await n8n.importCredentials([credential]);
		await n8n.importWorkflows([{ ...workflow, id: 'report' }]);
		const { run } = await n8n.execute('report');
		if (run.data.resultData.error) throw run.data.resultData.error;
		const report = join(output, 'report.html');
		if (!(await readFile(report, 'utf8')).includes('60 jobs'))
			throw new Error('The report is of other jobs.');
		await writePicture(file, await rendered(report));
	} finally {
		await mishaps.close();
		await standIn.close();
	}
}

function rows(): string {
	const lines = SETTINGS.flatMap(([setting, place], row) =>
		WARES.map(([ware, thing], column) => {
			const model = (row + column) % 4 === 0 ? 'gpt-image-2.5-sunburst' : 'gpt-image-2.5-flare';
			const quality = (row + column) % 3 === 0 ? 'medium' : 'low';
			return `${ware}-${setting},"${thing}, ${place}",1024x1024,${quality},,jpg,,${model}`;
		}),
	);
	return ['SKU,Picture,Format,Finish,Variants,File type,Shop page,model', ...lines].join('\n');
}

/** The report down to its list of all jobs, 1200 px wide. */
async function rendered(report: string): Promise<Buffer> {
	const browser = await launchBrowser();
	try {
		const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
		await page.goto(pathToFileURL(report).href);
		const list = await page.getByRole('heading', { level: 2 }).last().boundingBox();
		const height = Math.floor(list?.y ?? 900) - 36;
		return await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: 1200, height } });
	} finally {
		await browser.close();
	}
}
