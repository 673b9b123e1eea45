/** SHA-256 of bytes, in hexadecimal. */
export async function digest(bytes: Uint8Array): Promise<string> {
	return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** A digest of many texts, one after the other, of which only the last is held. */
export class Chain {
	private state = '';

	async add(text: string): Promise<void> {
		this.state = await digest(Buffer.from(`${this.state}${await digest(Buffer.from(text))}`));
	}

	get value(): string {
		return this.state;
	}
}

/** A UUID that is always the same for the same text. Version 8, RFC 9562: of a making of our own. */
export async function uuidOf(text: string): Promise<string> {
	const hex = await digest(Buffer.from(text));
	const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
	return [
		hex.slice(0, 8),
		hex.slice(8, 12),
		`8${hex.slice(13, 16)}`,
		`${variant}${hex.slice(17, 20)}`,
		hex.slice(20, 32),
	].join('-');
}
