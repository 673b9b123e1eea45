import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { billOf, shareBill, sumBills, UNKNOWN_BILL, type Bill } from '../engine/costs/bill';
import type { ProducedImage } from '../engine/jobs/outcome';
import { NOTHING_SERVED } from '../engine/responses/answer';
import { readImageHeader, type ImageHeader } from '../engine/responses/imageHeader';
import { cleanFilePath } from '../engine/sources/paths';
import type { ImageFile, ImageFiles } from './imageFiles';
import type { CommandJob } from './jobs';
import type { BillLine, ImageLine, JobEntries } from './journal';

/** What an earlier run left of a job. */
export interface EarlierImages {
	/** In the order of their indexes. */
	images: Array<ProducedImage<ImageFile>>;
	/** What was paid besides: for images that are gone, or never were. */
	loss?: Bill;
}

/** How many of a job's images an earlier run seems to have left; they are not read. */
export async function countEarlier(root: string, { n }: CommandJob, entries: JobEntries): Promise<number> {
	let there = 0;
	for (const { index, file, part, bytes } of entries.images.values()) {
		if (index >= n) continue;
		const sizes = [file, part].filter(isBelow).map(async (path) => await sizeOf(join(root, path)));
		if ((await Promise.all(sizes)).includes(bytes)) there++;
	}
	return there;
}

async function sizeOf(path: string): Promise<number | undefined> {
	return await stat(path).then(
		({ size }) => size,
		() => undefined,
	);
}

/** Takes over what an earlier run left of a job: the images that are whole, byte by byte. */
export async function takeEarlier(
	root: string,
	{ n }: Pick<CommandJob, 'n'>,
	{ images, bills }: JobEntries,
	files: ImageFiles,
): Promise<EarlierImages> {
	const kept: Array<{ index: number; file: ImageFile; header: ImageHeader; bytes: number }> = [];
	for (const line of [...images.values()].sort((a, b) => a.index - b.index)) {
		if (line.index >= n) continue;
		const found = (await wholeIn(root, line.file, line)) ?? (await wholeIn(root, line.part, line));
		if (!found) continue;
		// The run was killed before the image had its name.
		const file = found.path === line.file ? { file: line.file } : await files.name(line.file, line);
		kept.push({ index: line.index, file, header: found.header, bytes: line.bytes });
	}
	const shares = bills.flatMap(sharesOf);
	const lost = [...shares.slice(kept.length), ...bills.filter((bill) => bill.images === 0).map(whole)];
	return {
		images: kept.map(({ index, file, header, bytes }, place) => ({
			index,
			ref: file,
			header,
			bytes,
			...billAt(shares, place),
			partials: [],
			revisedPrompt: null,
			served: NOTHING_SERVED,
			timing: { queuedMs: 0, durationMs: 0, attempts: 0 },
			requestId: shares[place]?.requestId ?? null,
			warnings: [],
		})),
		...(lost.length > 0 ? { loss: sumBills(lost) } : {}),
	};
}

/** Gives their names to images whose run was killed before they had them: they are paid for, whoever goes on. */
export async function nameEarlier(root: string, entries: JobEntries, files: ImageFiles): Promise<void> {
	const parts = [...entries.images.values()].filter(({ part }) => isBelow(part));
	const sizes = await Promise.all(parts.map(async ({ part }) => await sizeOf(join(root, part))));
	if (sizes.some((size) => size !== undefined)) await takeEarlier(root, { n: Infinity }, entries, files);
}

/** An image whose answer did not end has no bill. */
function billAt(shares: readonly Bill[], place: number): Bill {
	const { usage, texts, imageCost, cost } = shares[place] ?? UNKNOWN_BILL;
	return { usage, texts, imageCost, cost };
}

function sharesOf(line: BillLine): Array<Bill & Pick<BillLine, 'requestId'>> {
	if (line.images === 0) return [];
	return shareBill(whole(line), line.images).map((bill) => ({ ...bill, requestId: line.requestId }));
}

function whole({ usage, cost }: BillLine): Bill {
	return billOf(usage, cost, []);
}

async function wholeIn(
	root: string,
	path: string,
	{ bytes, sha256 }: ImageLine,
): Promise<{ path: string; header: ImageHeader } | undefined> {
	if (!isBelow(path) || (await sizeOf(join(root, path))) !== bytes) return undefined;
	const content = await readFile(join(root, path));
	const header = readImageHeader(content);
	const isSame = createHash('sha256').update(content).digest('hex') === sha256;
	return header && isSame ? { path, header } : undefined;
}

/** Nobody is to be led out of the folder by a journal. */
function isBelow(path: string): boolean {
	return 'path' in cleanFilePath(path);
}
