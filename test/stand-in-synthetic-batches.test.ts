import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import OpenAI from 'openai';
import sharp from 'sharp';
import { line, lines, read, results, submit } from './stand-in/batch-harness';
import { bytesOf, useStandIns } from './stand-in/harness';

const start = useStandIns();

const imageBytes = 600_000;

describe('synthetic batches', () => {
	test('answer with real pictures of the length, for the usual tokens', async () => {
		const bench = await start({ batches: { syntheticImageBytes: imageBytes } });
		const { id } = await submit(bench, [
			line('one'),
			line('two', { n: 2, size: '1024x1536' }),
			line('none', { prompt: '[[empty]] A fox' }),
			line('text', { prompt: '[[not-an-image]] A fox' }),
			line('bad', { size: '1x1' }),
			line('half', { prompt: '[[broken-line]] A fox' }),
		]);
		const done = await bench.client.batches.retrieve(id);
		expect(done.request_counts).toEqual({ total: 6, completed: 5, failed: 1 });
		const content = await read(bench, done.output_file_id);
		expect(await read(bench, done.output_file_id)).toBe(content);
		expect((await bench.client.files.retrieve(done.output_file_id ?? '')).bytes).toBe(content.length);
		const all = content.split('\n').slice(0, -1);
		const half = all.find((one) => one.includes('"half"'));
		expect(() => JSON.parse(half ?? '') as unknown).toThrow(SyntaxError);
		const whole = all
			.filter((one) => one !== half)
			.map((one) => JSON.parse(one) as Awaited<ReturnType<typeof results>>[number]);
		const of = (customId: string) => whole.find(({ custom_id }) => custom_id === customId)!.response!.body;
		const pictures = [bytesOf(of('one')), bytesOf(of('two'), 0), bytesOf(of('two'), 1)];
		expect(pictures.map(({ length }) => length)).toEqual([imageBytes, imageBytes, imageBytes]);
		const measures = await Promise.all(
			pictures.map((picture) =>
				sharp(picture)
					.stats()
					.then(() => sharp(picture).metadata()),
			),
		);
		expect(measures.map(({ width, height }) => [width, height])).toEqual([
			[816, 816],
			[1024, 1536],
			[1024, 1536],
		]);
		expect(of('none').data).toEqual([]);
		expect(
			await sharp(bytesOf(of('text')))
				.metadata()
				.catch(() => null),
		).toBeNull();
		expect(of('one').usage?.output_tokens).toBeGreaterThan(0);
	});

	test('come from a process of its own as well', async () => {
		const flags = ['--port', '0', '--synthetic-images', String(imageBytes), '--batch-expire-after', '3'];
		const child = spawn(process.execPath, ['--import', 'tsx', 'test/stand-in/cli.ts', ...flags]);
		try {
			let baseURL = '';
			for await (const said of createInterface(child.stdout)) {
				baseURL = /base URL\s+(\S+)/.exec(said)?.[1] ?? baseURL;
				if (said.startsWith('Ctrl+C')) break;
			}
			const client = new OpenAI({ baseURL, apiKey: 'sk-stand-in-demo', maxRetries: 0 });
			const { id } = await submit({ client }, lines(5));
			const done = await client.batches.retrieve(id);
			expect(done).toMatchObject({ status: 'expired', request_counts: { completed: 3, failed: 2 } });
			for (const { response } of await results({ client }, done.output_file_id)) {
				expect(bytesOf(response!.body)).toHaveLength(imageBytes);
			}
		} finally {
			child.kill();
			await once(child, 'exit');
		}
	});
});
