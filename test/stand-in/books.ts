import type { IncomingHttpHeaders } from 'node:http';

/** What an answer costs. */
export interface Charge {
	/** Pictures drawn. */
	images: number;
	/** Of the image model, and of the author of an SVG, in nano-dollars (billionths of a US dollar). */
	nanoDollars: number;
	/** Of the conversation model besides, where there is one, in nano-dollars. */
	conversationNanoDollars?: number;
}

/** What a request says of itself, as far as it can be read. */
export interface BookedRequest {
	model: string;
	prompt: string;
	n: number;
	/** Only of requests to the Responses API. */
	conversation?: ConversationEntry;
}

/** What an entry has besides where the request went to the Responses API. */
export interface ConversationEntry {
	/** As it was sent. */
	conversationModel: string;
	previousResponseId: string | null;
	/** Null where no response was made. */
	responseId: string | null;
	/** All instructions of the conversation so far, without their directives, as they are drawn. */
	instructions: string[];
	/** Ids of the image calls whose pictures were edited. */
	startedFrom: string[];
	/** The two parts of `usd`. */
	imageUsd: number;
	conversationUsd: number;
}

/** One image request, from the moment its body was read. Until it is answered, `status` and `endedAt` are 0. */
export interface BookEntry extends Partial<ConversationEntry> {
	/** The path, such as `/v1/images/generations`. */
	endpoint: string;
	/** The image model. */
	model: string;
	/** As it was sent, directives and all; of a conversation the newest instruction. */
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
	/** The client went away before the answer was begun, or before the last event of a stream was. */
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
	/**
	 * The form's field, such as `image[]`, or the place in the JSON, such as `images[0]`; `previous_response_id` for the
	 * conversation's own.
	 */
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
	/** `image_call`: a picture that the stand-in made before. */
	source: 'multipart' | 'url' | 'data_url' | 'file_id' | 'image_call';
}

const secretHeaders = ['authorization', 'api-key', 'proxy-authorization', 'cookie'];

/** Every image request there was, and how many at once. */
export class Books {
	readonly entries: BookEntry[] = [];
	inFlight = 0;
	maxInFlight = 0;
	private readonly attempts = new Map<string, number>();

	/** Counts an attempt at a prompt. @returns how many there were, this one included */
	attempt(prompt: string): number {
		const attempt = (this.attempts.get(prompt) ?? 0) + 1;
		this.attempts.set(prompt, attempt);
		return attempt;
	}

	/** Enters a request and counts it as in flight until `close`. */
	open(
		endpoint: string,
		headers: IncomingHttpHeaders,
		body: unknown,
		{ model, prompt, n, conversation }: BookedRequest,
	): BookEntry {
		const attempt = this.attempt(prompt);
		const entry: BookEntry = {
			endpoint,
			model,
			prompt,
			n,
			status: 0,
			images: 0,
			usd: 0,
			startedAt: Date.now(),
			endedAt: 0,
			aborted: false,
			headers: withoutSecrets(headers),
			body: withoutImages(body),
			attempt,
			...conversation,
		};
		this.entries.push(entry);
		this.inFlight += 1;
		this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
		return entry;
	}

	/** An answer is begun. */
	charge(entry: BookEntry, charge: Charge | undefined): void {
		const { images = 0, nanoDollars = 0, conversationNanoDollars } = charge ?? {};
		entry.images = images;
		entry.usd = (nanoDollars + (conversationNanoDollars ?? 0)) / 1e9;
		if (conversationNanoDollars === undefined) return;
		entry.imageUsd = nanoDollars / 1e9;
		entry.conversationUsd = conversationNanoDollars / 1e9;
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

/** What a request to the Images API says of itself. */
export function imageRequest(body: unknown): BookedRequest {
	const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
	return {
		model: typeof fields.model === 'string' ? fields.model : '',
		prompt: typeof fields.prompt === 'string' ? fields.prompt : '',
		n: countOf(fields.n),
	};
}

/** A form has its numbers as text. */
function countOf(n: unknown): number {
	const count = typeof n === 'string' && n !== '' ? Number(n) : n;
	return typeof count === 'number' && Number.isFinite(count) ? count : 1;
}

/** The same JSON with the images in it cut short, so that the books do not hold on to them. */
function withoutImages(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutImages);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			name,
			typeof inner === 'string' ? shortened(name, inner) : withoutImages(inner),
		]),
	);
}

/** Data URLs, and the base64 of an image call that is sent back. */
function shortened(name: string, text: string): string {
	const isDataUrl = name === 'image_url' && text.startsWith('data:');
	if (!isDataUrl && !(name === 'result' && text.length > 100)) return text;
	const kept = isDataUrl ? text.slice(0, Math.min(text.indexOf(',') + 1, 100)) : '';
	return `${kept}... (${text.length} characters)`;
}

function withoutSecrets(headers: IncomingHttpHeaders): Record<string, string> {
	const kept = Object.entries(headers).filter(([name]) => !secretHeaders.includes(name));
	return Object.fromEntries(
		kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
	);
}
