import { parseArgs } from 'node:util';
import { startStandIn } from './index';

const usage = `Usage: npm run stand-in -- [options]

  --port N               port on 127.0.0.1 (4010; 0 for any)
  --delay MS             how long an image request takes (500)
  --images-per-minute N  429 above so many (0: no limit)
  --minute MS            how long a minute is (60000)
  --provider NAME        openai, or compatible: retired and unknown models work (openai)
  --today DATE           which models are alive (2026-11-21)
  --image-bytes N        pad pictures to about this size (0: as they come)
  --response-lifetime MS how long a response can be gone back to (0: no end)
  --batch-duration MS    how long a batch takes (0: done at the next look)
  --batch-expire-after N batches expire after so many requests (0: never)
  --synthetic-images N   batches answer with one picture of N bytes, not drawn (0: drawn)
  --clock-speed N        how much faster than the day the time of batches goes (1)
  --help

What a prompt can make it do ([[status 500 x2]], [[rate-limit 2]], ...) is in test/stand-in/README.md.
`;

/** A usage error: said in a sentence, exit status 2. */
class UsageError extends Error {}

async function main(): Promise<void> {
	const values = readArguments();
	if (values.help) {
		process.stdout.write(usage);
		return;
	}
	const standIn = await startStandIn({
		port: wholeNumber('port', values.port),
		delayMs: wholeNumber('delay', values.delay),
		imagesPerMinute: wholeNumber('images-per-minute', values['images-per-minute']),
		minuteMs: wholeNumber('minute', values.minute),
		provider: provider(values.provider),
		today: date(values.today),
		imageBytes: wholeNumber('image-bytes', values['image-bytes']),
		responseLifetimeMs: wholeNumber('response-lifetime', values['response-lifetime']) || Infinity,
		clockSpeed: wholeNumber('clock-speed', values['clock-speed']),
		batches: {
			durationMs: wholeNumber('batch-duration', values['batch-duration']),
			expireAfter: wholeNumber('batch-expire-after', values['batch-expire-after']) || Infinity,
			syntheticImageBytes: wholeNumber('synthetic-images', values['synthetic-images']),
		},
	});
	process.stdout.write(
		`OpenAI stand-in\n  base URL  ${standIn.url}\n  API key   ${standIn.key}\n` +
			`  books     ${new URL('/stand-in/books', standIn.url).href}\nCtrl+C to stop.\n`,
	);
	const stop = () => void standIn.close().then(() => process.exit(0));
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

function readArguments() {
	try {
		return parseArgs({
			options: {
				port: { type: 'string', default: '4010' },
				delay: { type: 'string', default: '500' },
				'images-per-minute': { type: 'string', default: '0' },
				minute: { type: 'string', default: '60000' },
				provider: { type: 'string', default: 'openai' },
				today: { type: 'string', default: '2026-11-21' },
				'image-bytes': { type: 'string', default: '0' },
				'response-lifetime': { type: 'string', default: '0' },
				'batch-duration': { type: 'string', default: '0' },
				'batch-expire-after': { type: 'string', default: '0' },
				'synthetic-images': { type: 'string', default: '0' },
				'clock-speed': { type: 'string', default: '1' },
				help: { type: 'boolean', short: 'h', default: false },
			},
		}).values;
	} catch (error) {
		throw new UsageError((error as Error).message);
	}
}

function wholeNumber(name: string, value: string): number {
	if (!/^\d+$/.test(value)) throw new UsageError(`--${name} takes a whole number, not '${value}'.`);
	return Number(value);
}

function provider(value: string): 'openai' | 'compatible' {
	if (value !== 'openai' && value !== 'compatible') {
		throw new UsageError(`--provider takes openai or compatible, not '${value}'.`);
	}
	return value;
}

function date(value: string): string {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value))) {
		throw new UsageError(`--today takes a date such as 2026-11-21, not '${value}'.`);
	}
	return value;
}

main().catch((error: unknown) => {
	const message = error instanceof Error ? error.message : String(error);
	process.stderr.write(error instanceof UsageError ? `${message}\n\n${usage}` : `${message}\n`);
	process.exit(error instanceof UsageError ? 2 : 1);
});
