import fc from 'fast-check';
import { SpareBuffers } from '../../engine/responses/spareBuffers';
import { runJobs } from '../../engine/runner/run';
import { job, pieces, PNG, SETTINGS, World } from './world';

const MB = 1024 * 1024;

it('a buffer has one owner at a time and is large enough, and few megabytes are held', () => {
	const size = fc.integer({ min: 1, max: 20 * MB });
	fc.assert(
		fc.property(fc.array(fc.record({ size, give: fc.boolean() }), { maxLength: 40 }), (steps) => {
			const spare = new SpareBuffers();
			const owned: Buffer[] = [];
			for (const step of steps) {
				const buffer = spare.take(step.size);
				if (buffer) expect(buffer.length).toBeGreaterThanOrEqual(step.size);
				owned.push(buffer ?? Buffer.allocUnsafeSlow(step.size));
				expect(new Set(owned.map((each) => each.buffer)).size).toBe(owned.length);
				if (step.give) spare.give(owned.shift() as Buffer);
			}
			let held = 0;
			for (let left = spare.take(1); left; left = spare.take(1)) held += left.length;
			expect(held).toBeLessThanOrEqual(64 * MB);
		}),
		{ numRuns: 50 },
	);
});

it('images lie in the memory of stored ones, and are whole for as long as they are being stored', async () => {
	const jobs = Array.from({ length: 60 }, (_, index) => job(index, { n: (index % 3) + 1 }));
	const pixels = (prompt: string, place: number) =>
		Buffer.alloc(3000 + ((place * 977) % 4000), prompt + place);
	const world = new World(() => ({ images: 1 }));
	const memory = new Set<ArrayBufferLike>();
	let stored = 0;
	const outcomes = await runJobs(jobs, SETTINGS, {
		...world.ports,
		transport: {
			...world.ports.transport,
			send: async ({ json, signal }) => {
				const { prompt, n } = json as { prompt: string; n?: number };
				await world.clock.sleep(10 + prompt.length, signal);
				const images = Array.from({ length: n ?? 1 }, (_, place) =>
					Buffer.concat([PNG, pixels(prompt, place)]),
				);
				const data = images.map((image) => ({ b64_json: image.toString('base64') }));
				return { status: 200, headers: {}, body: pieces(Buffer.from(JSON.stringify({ data })), 1000) };
			},
		},
		store: {
			put: async ({ job: { prompt }, index, bytes }) => {
				memory.add(bytes.buffer);
				const whole = () => expect(bytes.subarray(PNG.length)).toEqual(pixels(prompt, index));
				whole();
				await world.clock.sleep((stored++ * 7) % 20, world.cancel.signal);
				whole();
				return 'ref';
			},
		},
	});
	expect(outcomes.map(({ images }) => images.length)).toEqual(jobs.map(({ n }) => n));
	expect(stored).toBe(120);
	// Some are too small for a larger image that comes later.
	expect(memory.size).toBeLessThanOrEqual(5 * SETTINGS.concurrency);
});
