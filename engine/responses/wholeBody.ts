/**
 * All of an answer in one buffer.
 * @param most bytes; once there are more, no further ones are read
 */
export async function wholeBody(body: AsyncIterable<Uint8Array>, most = Infinity): Promise<Buffer> {
	const parts: Buffer[] = [];
	let length = 0;
	for await (const piece of body) {
		// A copy: the piece is there until the next one only.
		parts.push(Buffer.from(piece));
		length += piece.length;
		if (length > most) break;
	}
	return Buffer.concat(parts, length);
}
