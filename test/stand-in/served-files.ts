import { randomUUID } from 'node:crypto';

/** Pictures that were answered as a URL. */
export class ServedFiles {
	private readonly files = new Map<string, { bytes: Buffer; contentType: string }>();

	/** @returns the file's name, to be had under `/stand-in/files/` */
	add(bytes: Buffer, contentType: string, extension: string): string {
		const name = `${randomUUID()}.${extension}`;
		this.files.set(name, { bytes, contentType });
		return name;
	}

	get(name: string): { bytes: Buffer; contentType: string } | undefined {
		return this.files.get(name);
	}

	reset(): void {
		this.files.clear();
	}
}
