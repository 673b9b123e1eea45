/**
 * What someone would write who has no n8n: the official SDK, `p-limit`, and files.
 * Its input is a file of JSON: `{baseURL, apiKey, request, prompts, concurrency, folder}`. Prints when it began to work and
 * when it had ended, in milliseconds since 1970.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import pLimit from 'p-limit';

const input = JSON.parse(await readFile(process.argv[2], 'utf8'));
const { baseURL, apiKey, request, prompts, concurrency, folder } = input;
const client = new OpenAI({ baseURL, apiKey });
const limit = pLimit(concurrency);

const startedAt = Date.now();
await Promise.all(
	prompts.map((prompt, index) =>
		limit(async () => {
			const { data } = await client.images.generate({ ...request, prompt });
			await writeFile(join(folder, `${index}.png`), Buffer.from(data[0].b64_json, 'base64'));
		}),
	),
);
console.log(JSON.stringify({ startedAt, endedAt: Date.now() }));
