import type { IncomingHttpHeaders } from 'node:http';

/** One image request, from the moment its body was read. Until it is answered, `status` and `endedAt` are 0. */
export interface BookEntry {
	/** The path, such as `/v1/images/generations`. */
	endpoint: string;
	model: string;
	/** As it was sent, directives and all. */
	prompt: string;
	n: number;
	/** What was answered; 0 where nothing was. */
	status: number;
	/** Pictures drawn and charged. */
	images: number;
	/** What was charged, in US dollars. Nothing unless an answer was begun. */
	usd: number;
	/** Milliseconds since 1970. */
	startedAt: number;
	endedAt: number;
	/** The client went away before the answer was begun. */
	aborted: boolean;
	/** Without those that carry a key. */
	headers: Record<string, string>;
	/** The request's parsed JSON with data URLs cut short; of a form the text fields, as strings. */
	body: unknown;
	/** What came along: the images in their order, mask, markup. Only where there were any. Never their bytes. */
	inputs?: BookedInput[];
	/** How often this very prompt had been asked for, this time included. */
	attempt: number;
}

/** What is kept of an image that was sent. */
export interface BookedInput {
	/** The form's field, such as `image[]`, or the place in the JSON, such as `images[0]`. */
	field: string;
	fileName: string | null;
	/** As the sender, or the server it was fetched from, said; null where neither did. */
	contentType: string | null;
	bytes: number;
	/** Hexadecimal. */
	sha256: string;
	/** Pixels, as the image is seen: after its EXIF orientation. 0 where it is no image. */
	width: number;
	height: number;
	source: 'multipart' | 'url' | 'data_url' | 'file_id';
}

const secretHeaders = ['authorization', 'api-key', 'proxy-authorization', 'cookie'];

/** Every image request there was, and how many at once. */
export class Books {
	readonly entries: BookEntry[] = [];
	inFlight = 0;
	maxInFlight = 0;
	private readonly attempts = new Map<string, number>();

	/** Enters a request and counts it as in flight until `close`. */
	open(endpoint: string, headers: IncomingHttpHeaders, body: unknown): BookEntry {
		const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
		const prompt = typeof fields.prompt === 'string' ? fields.prompt : '';
		const attempt = (this.attempts.get(prompt) ?? 0) + 1;
		this.attempts.set(prompt, attempt);
		const entry: BookEntry = {
			endpoint,
			model: typeof fields.model === 'string' ? fields.model : '',
			prompt,
			n: countOf(fields.n),
			status: 0,
			images: 0,
			usd: 0,
			startedAt: Date.now(),
			endedAt: 0,
			aborted: false,
			headers: withoutSecrets(headers),
			body: withoutDataUrls(body),
			attempt,
		};
		this.entries.push(entry);
		this.inFlight += 1;
		this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
		return entry;
	}

	/** The request is over. May be said more than once. */
	close(entry: BookEntry): void {
		if (entry.endedAt !== 0) return;
		entry.endedAt = Date.now();
		this.inFlight -= 1;
	}

	/** The sum of the charges, in US dollars, added up in whole nano-dollars. */
	totalUsd(): number {
		return this.entries.reduce((sum, { usd }) => sum + Math.round(usd * 1e9), 0) / 1e9;
	}

	totalImages(): number {
		return this.entries.reduce((sum, { images }) => sum + images, 0);
	}

	/** Forgets all but what is in flight, which still counts towards `maxInFlight`. */
	reset(): void {
		this.entries.length = 0;
		this.attempts.clear();
		this.maxInFlight = this.inFlight;
	}
}

/** A form has its numbers as text. */
function countOf(n: unknown): number {
	const count = typeof n === 'string' && n !== '' ? Number(n) : n;
	return typeof count === 'number' && Number.isFinite(count) ? count : 1;
}

/** The same JSON with the images in it cut short, so that the books do not hold on to them. */
function withoutDataUrls(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutDataUrls);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			name,
			name === 'image_url' && typeof inner === 'string' && inner.startsWith('data:')
				? shortened(inner)
				: withoutDataUrls(inner),
		]),
	);
}

function shortened(dataUrl: string): string {
	const kept = dataUrl.slice(0, Math.min(dataUrl.indexOf(',') + 1, 100));
	return `${kept}... (${dataUrl.length} characters)`;
}

function withoutSecrets(headers: IncomingHttpHeaders): Record<string, string> {
	const kept = Object.entries(headers).filter(([name]) => !secretHeaders.includes(name));
	return Object.fromEntries(
		kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
	);
}
