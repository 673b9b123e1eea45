/** The text of a file in UTF-8, or in UTF-16, which Windows' editors also write, and say so in the first two bytes. */
export function textOfFile(bytes: Uint8Array): string {
	const littleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
	const bigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
	return new TextDecoder(littleEndian ? 'utf-16le' : bigEndian ? 'utf-16be' : 'utf-8').decode(bytes);
}
