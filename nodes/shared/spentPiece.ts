/**
 * Gives the memory of a piece from the network back at once, where Node.js can (from version 21) and the piece has it to itself.
 * Otherwise what arrives lies about until the garbage collector comes by, and megabytes outside of its heap make it come often
 * and go through all that n8n holds: more work than all the rest of receiving and storing an image.
 */
export function freePiece({ buffer, byteLength }: Uint8Array): void {
	// A part of a larger piece may have neighbours that are still to be read.
	if (byteLength === buffer.byteLength) (buffer as Partial<Transferable>).transfer?.(0);
}

/** Of the language since 2024, and not in the types yet. */
interface Transferable {
	/** Leaves an empty buffer behind. */
	transfer(newByteLength: number): ArrayBuffer;
}
