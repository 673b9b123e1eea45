import { baseFolder, loadDotEnv } from './environment';
import { onInterrupt } from './interrupt';
import { main, type ExitStatus } from './main';
import { UsageError } from './usageError';

/** What a shell says of a program that Ctrl-C ended. */
const KILLED = 130;

const { stdout, stderr } = process;

// Whoever reads has had enough, as `| head` has: the images are made all the same.
for (const stream of [stdout, stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE') throw error;
	});
}

async function run(): Promise<ExitStatus> {
	const base = baseFolder(process.env, process.cwd());
	try {
		loadDotEnv(base);
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		stderr.write(`${error.message}\n`);
		return 2;
	}
	return await main(process.argv.slice(2), {
		variables: process.env,
		base,
		out: (text) => stdout.write(text),
		err: (text) => stderr.write(text),
		interruptible: (begun) => onInterrupt(process, begun, () => process.exit(KILLED)),
	});
}

void run().then((status) => {
	// Connections that are kept open would hold the process up; what was written is waited for.
	stderr.write('', () => stdout.write('', () => process.exit(status)));
});
