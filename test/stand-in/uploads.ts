import { randomUUID } from 'node:crypto';

/** A file that a client uploaded, for as long as the stand-in runs. */
export interface Upload {
	/** `file-...` */
	id: string;
	bytes: Buffer;
	fileName: string;
	contentType: string;
	purpose: string;
	/** Seconds since 1970. */
	createdAt: number;
}

/** What `POST /v1/files` was given, in memory. */
export class Uploads {
	private readonly uploads = new Map<string, Upload>();

	add(file: Omit<Upload, 'id' | 'createdAt'>): Upload {
		const id = `file-${randomUUID().replaceAll('-', '').slice(0, 22)}`;
		const upload = { ...file, id, createdAt: Math.floor(Date.now() / 1000) };
		this.uploads.set(id, upload);
		return upload;
	}

	get(id: string): Upload | undefined {
		return this.uploads.get(id);
	}

	reset(): void {
		this.uploads.clear();
	}
}
