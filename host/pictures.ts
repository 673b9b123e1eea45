import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import type { Row } from './example';

/** A line of `costs.csv`; an empty string stands for what is not known. */
interface CostLine {
	name: string;
	file: string;
	cost_usd: string;
	error: string;
}

/** What became of a row. */
export interface Picture {
	row: Row;
	/** The file's name in the output folder; `null` where there is no picture. */
	file: string | null;
	/** `WIDTHxHEIGHT` in pixels, as decoded. */
	size: string | null;
	/** As decoded. */
	format: string | null;
	bytes: number | null;
	/** US dollars; `null` where unknown. */
	cost: number | null;
	/** Why this is not what the row asked for; empty where it is. */
	problems: string[];
}

/**
 * Holds what a run left in a folder against what the rows asked for: every picture is decoded to the last pixel.
 * @param since the run's beginning, ms since 1970: an older file is not of this run
 * @throws where `costs.csv` is missing or from before
 */
export async function checkPictures(rows: readonly Row[], folder: string, since: number): Promise<Picture[]> {
	const file = join(folder, 'costs.csv');
	if ((await stat(file)).mtimeMs < since) throw new Error(`${file} is from an earlier run.`);
	const lines = parse(await readFile(file), { bom: true, columns: true }) as CostLine[];
	if (lines.length !== rows.length) {
		throw new Error(`${file} has ${lines.length} lines for ${rows.length} rows.`);
	}
	return await Promise.all(
		rows.map(async (row, index) => await checkPicture(row, lines[index] as CostLine, folder, since)),
	);
}

async function checkPicture(row: Row, line: CostLine, folder: string, since: number): Promise<Picture> {
	const cost = line.cost_usd === '' ? null : Number(line.cost_usd);
	const none: Picture = { row, file: null, size: null, format: null, bytes: null, cost, problems: [] };
	if (line.name !== row.name) return { ...none, problems: [`the line in costs.csv is of "${line.name}"`] };
	if (line.error !== '') return { ...none, problems: [line.error] };
	const path = join(folder, line.file);
	try {
		const { mtimeMs, size: bytes } = await stat(path);
		const image = sharp(path);
		const { format, hasAlpha } = await image.metadata();
		const { info } = await image.raw().toBuffer({ resolveWithObject: true });
		const size = `${info.width}x${info.height}`;
		const problems = [
			mtimeMs < since && 'the file is from an earlier run',
			size !== row.size && `it is ${size}, not ${row.size}`,
			format !== row.format && `it is ${format}, not ${row.format}`,
			row.background === 'transparent' && !hasAlpha && 'it has no transparency',
			cost === null && 'its cost is unknown',
		].filter((problem) => problem !== false);
		return { row, file: line.file, size, format, bytes, cost, problems };
	} catch (error) {
		return { ...none, problems: [`no readable picture: ${(error as Error).message}`] };
	}
}

/** A table for the terminal: a line a picture, and the total. */
export function pictureTable(pictures: readonly Picture[]): string {
	const cells = pictures.map(({ row, file, size, format, bytes, cost }) => [
		file ?? `(${row.name})`,
		size ?? '-',
		format ?? '-',
		bytes === null ? '-' : `${Math.ceil(bytes / 1000)} kB`,
		row.model,
		row.quality,
		file === null ? '-' : dollars(cost),
	]);
	const total = pictures.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
	const made = pictures.filter(({ file }) => file !== null).length;
	const lines = [
		['file', 'size', 'format', 'bytes', 'model', 'quality', 'cost'],
		...cells,
		[`${made} pictures`, '', '', '', '', '', dollars(total)],
	];
	const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
	const right = [3, 6];
	return lines
		.map((line) =>
			line
				.map((cell, column) =>
					right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
				)
				.join('  '),
		)
		.join('\n');
}

function dollars(amount: number | null): string {
	return amount === null ? 'unknown' : `$${amount.toFixed(4)}`;
}
