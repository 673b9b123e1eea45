import { freePiece } from '../../nodes/shared/spentPiece';
import { startStandIn } from '../stand-in';
import { sha256 } from '../stand-in/harness';
import { generate } from './generate';
import prompts from './workflows/prompts.json';

/** The prototype of the buffers that Node.js itself makes, which in Jest are of another realm. */
const { prototype } = Buffer.alloc(1).buffer.constructor as ArrayBufferConstructor;
let freed = 0;

/** What Node.js 20 does not have. */
function transfer(this: ArrayBuffer, length: number): ArrayBuffer {
	freed++;
	return structuredClone(this, { transfer: [this] }).slice(0, length);
}

const ownTransfer = Object.getOwnPropertyDescriptor(prototype, 'transfer');

function letFree(): void {
	Object.defineProperty(prototype, 'transfer', { configurable: true, writable: true, value: transfer });
}

beforeEach(letFree);
afterAll(() => {
	if (ownTransfer) Object.defineProperty(prototype, 'transfer', ownTransfer);
	else Reflect.deleteProperty(prototype, 'transfer');
});

it('a piece that has its memory to itself is freed', () => {
	const piece = Buffer.allocUnsafeSlow(1000);
	freePiece(piece);
	expect([piece.length, piece.buffer.byteLength]).toEqual([0, 0]);
});

it('a part of a larger one is not', () => {
	const whole = Buffer.alloc(1000, 'x');
	for (const part of [whole.subarray(0, 999), whole.subarray(1)]) freePiece(part);
	expect(whole.toString()).toBe('x'.repeat(1000));
});

it.each([0, 2])('images arrive whole, with %i partial ones before each', async (partialImages) => {
	const standIn = await startStandIn({ imageBytes: 2_000_000 });
	const rows = Array.from({ length: 8 }, (_, index) => ({ prompt: `picture ${index}` }));
	const images = async () => {
		freed = 0;
		const { items, result } = await generate(prompts, {
			rows,
			standIn,
			parameters: { options: { partialImages }, execution: { concurrency: 4 } },
		});
		return await Promise.all(items.map(async (item) => sha256(await result.binary(item, 'data'))));
	};
	const whole = await images();
	expect(freed).toBeGreaterThan(8);
	Object.defineProperty(prototype, 'transfer', { configurable: true, writable: true, value: undefined });
	expect(whole).toEqual(await images());
	expect(freed).toBe(0);
	expect(new Set(whole).size).toBe(8);
	await standIn.close();
});
