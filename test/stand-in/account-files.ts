import { randomUUID } from 'node:crypto';
import { seconds } from './clock';
import type { Clock } from './clock';
import { ApiError } from './errors';

/** What is made as it is read, because it is too large to be held. */
export interface MadeContent {
	/** Bytes. Makes all of it to find out. */
	length(): Promise<number>;
	/** The same bytes each time. */
	pieces(): AsyncIterable<Buffer>;
}

/** A file of the Files API. */
export interface AccountFile {
	/** `file-...` */
	id: string;
	/** The key that it belongs to. */
	key: string;
	content: Buffer | MadeContent;
	fileName: string;
	contentType: string;
	purpose: string;
	/** Milliseconds since 1970. */
	createdAt: number;
	/** Likewise; null where it stays. */
	expiresAt: number | null;
}

/** What the Files API keeps for each key, in memory. */
export class AccountFiles {
	private readonly files = new Map<string, AccountFile>();

	constructor(private readonly clock: Clock) {}

	/** @param lifetimeMs null for no end */
	add(
		file: Omit<AccountFile, 'id' | 'createdAt' | 'expiresAt'>,
		lifetimeMs: number | null,
		createdAt = this.clock.now(),
	): AccountFile {
		const id = `file-${randomUUID().replaceAll('-', '').slice(0, 22)}`;
		const expiresAt = lifetimeMs === null ? null : createdAt + lifetimeMs;
		const added = { ...file, id, createdAt, expiresAt };
		this.files.set(id, added);
		return added;
	}

	/** The file, undefined where the key has none of this id or has it no longer. */
	find(key: string, id: string): AccountFile | undefined {
		const file = this.files.get(id);
		return file && file.key === key && this.isAlive(file) ? file : undefined;
	}

	/**
	 * @param param what errors call it
	 * @throws ApiError 404
	 */
	get(key: string, id: string, param = 'id'): AccountFile {
		const file = this.find(key, id);
		if (file) return file;
		throw new ApiError(404, {
			message: `No such File object: ${id}`,
			type: 'invalid_request_error',
			param,
			code: null,
		});
	}

	/** A key's files, oldest first. */
	list(key: string): AccountFile[] {
		return [...this.files.values()]
			.filter((file) => file.key === key && this.isAlive(file))
			.sort((one, other) => one.createdAt - other.createdAt);
	}

	/** @throws ApiError 404 */
	delete(key: string, id: string): void {
		this.files.delete(this.get(key, id).id);
	}

	reset(): void {
		this.files.clear();
	}

	private isAlive({ expiresAt }: AccountFile): boolean {
		return expiresAt === null || this.clock.now() < expiresAt;
	}
}

/** A file as the API tells of it, but for its `bytes`. */
export function fileObject({ id, fileName, purpose, createdAt, expiresAt }: AccountFile, bytes: number) {
	return {
		id,
		object: 'file',
		bytes,
		created_at: seconds(createdAt),
		expires_at: expiresAt === null ? null : seconds(expiresAt),
		filename: fileName,
		purpose,
		status: 'processed',
		status_details: null,
	};
}
