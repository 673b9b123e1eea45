import { start } from '../host/children';
import { ROOT } from '../host/package-under-test';
import type { BookEntry } from '../test/stand-in';

/** A stand-in in a process of its own, so that what it draws takes nothing of this one's. */
export interface SeparateStandIn {
	/** The base URL: `http://127.0.0.1:PORT/v1`. */
	url: string;
	/** A key that works. */
	key: string;
	/** Every image request since the last reset. */
	books(): Promise<BookEntry[]>;
	reset(): Promise<void>;
	close(): Promise<void>;
}

/**
 * @param options as the stand-in's own: milliseconds, bytes
 * @throws Error with what it said where it does not start
 */
export async function startSeparateStandIn(options: {
	delayMs: number;
	imageBytes: number;
	provider?: 'openai' | 'compatible';
}): Promise<SeparateStandIn> {
	const { delayMs, imageBytes, provider = 'openai' } = options;
	const settings = [
		...['--port', '0', '--provider', provider],
		...['--delay', `${delayMs}`, '--image-bytes', `${imageBytes}`],
	];
	let said = '';
	let heard: () => void = () => {};
	const child = await start(
		process.execPath,
		[require.resolve('tsx/cli'), 'test/stand-in/cli.ts', ...settings],
		{
			cwd: ROOT,
			env: process.env,
			onLine: (line) => {
				said += `${line}\n`;
				heard();
			},
		},
	);
	const ended = child.finished.then(() => true);
	for (;;) {
		const url = /base URL +(\S+)/.exec(said)?.[1];
		const key = /API key +(\S+)/.exec(said)?.[1];
		if (url !== undefined && key !== undefined) {
			const at = (path: string) => new URL(`/stand-in/${path}`, url).href;
			return {
				url,
				key,
				books: async () => {
					const { entries } = (await (await fetch(at('books'))).json()) as { entries: BookEntry[] };
					return entries;
				},
				reset: async () => {
					await fetch(at('reset'), { method: 'POST' });
				},
				close: async () => await child.stop(),
			};
		}
		const line = new Promise<boolean>((resolve) => (heard = () => resolve(false)));
		if (await Promise.race([line, ended])) throw new Error(`The stand-in did not start:\n${said}`);
	}
}
