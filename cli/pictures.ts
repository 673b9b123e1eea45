import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import type { ImageBytes, ImageSource } from '../engine/jobs/source';
import { readImageHeader } from '../engine/responses/imageHeader';
import type { Order } from './order';

/** Type and size are known after so many bytes, whatever a camera puts before them. */
const HEAD = 256 * 1024;

/** A name without an ending is that of a file with one of these. */
const ENDINGS = ['', '.png', '.jpg', '.jpeg', '.webp', '.gif'];

const ADDRESS = /^(?:https?:\/\/|data:)/i;
const FILE_ID = /^file-/;

/** Finds the pictures that jobs start from. A file that several jobs name is read once. */
export class Pictures {
	private readonly files = new Map<string, Promise<ImageBytes>>();

	constructor(private readonly place: Order['pictures']) {}

	/**
	 * What an address, a file's id or a file's path stands for.
	 * @throws Error with a sentence for the user where it is none of them
	 */
	async named(name: string, label: string): Promise<ImageSource> {
		if (ADDRESS.test(name)) return { kind: 'url', label, value: name };
		if (FILE_ID.test(name)) return { kind: 'file_id', label, value: name };
		const path = await this.find(name);
		const known = this.files.get(path) ?? fileSource(path, name);
		this.files.set(path, known);
		return await known;
	}

	private async find(name: string): Promise<string> {
		const { folder, within } = this.place;
		if (within && isAbsolute(name)) throw new Error(outside(name));
		for (const ending of ENDINGS) {
			const path = resolve(folder, name + ending);
			const file = await stat(path).catch(() => undefined);
			if (!file?.isFile()) continue;
			const real = await realpath(path);
			if (within && !isWithin(await realpath(folder), real)) throw new Error(outside(name));
			return real;
		}
		const isElsewhere = within && !isWithin(resolve(folder), resolve(folder, name));
		throw new Error(isElsewhere ? outside(name) : `There is no file "${name}" in ${folder}.`);
	}
}

function outside(name: string): string {
	return `"${name}" is outside of the folder of the pictures. Put it there, or say with --image-dir where they are.`;
}

/** Whether a path is that of a folder, or of something in it. Both are to be absolute. */
export function isWithin(folder: string, path: string): boolean {
	const way = relative(folder, path);
	return way === '' || (!/^\.\.([\\/]|$)/.test(way) && !isAbsolute(way));
}

/** Read once for its beginning and its digest, and again when it is sent. */
async function fileSource(path: string, name: string): Promise<ImageBytes> {
	const hash = createHash('sha256');
	const head: Buffer[] = [];
	let bytes = 0;
	for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
		if (bytes < HEAD) head.push(piece);
		bytes += piece.length;
		hash.update(piece);
	}
	return {
		kind: 'bytes',
		label: `file "${name}"`,
		identity: hash.digest('hex'),
		facts: { bytes, header: readImageHeader(Buffer.concat(head)) },
		read: async () => await readFile(path),
		open: () => createReadStream(path) as AsyncIterable<Buffer>,
	};
}
