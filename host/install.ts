import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run } from './children';

/** An n8n that is ready to be started. */
export interface Installation {
	/** n8n's start script, to be run with `node`. */
	n8n: string;
	/** The Node.js that n8n wants; newer than the one this may be running on. */
	node: string;
	/** PATH with that Node.js first, for what n8n starts in turn. */
	path: string;
}

/** Tells the user how far things are, a line at a time. */
export type Progress = (line: string) => void;

const MARKER = '.complete-';

/**
 * Kept out of the way of the sources here: were it `host/node_modules`, they would import n8n's versions of their
 * libraries instead of the repository's.
 */
const STATE = join(__dirname, '.state');

/**
 * The n8n that `package-lock.json` beside this file pins, installed on first use: 2 to 5 minutes, 2 GB.
 * Needs Node.js 20 or later and npm. A marker named after the lock file says that the installation is whole,
 * so an interrupted one is begun again and a changed lock file brings its own.
 * @throws with npm's own output where a step fails
 */
export async function installN8n(progress: Progress, folder = STATE): Promise<Installation> {
	const modules = join(folder, 'node_modules');
	const lock = await readFile(join(__dirname, 'package-lock.json'));
	const marker = join(modules, MARKER + createHash('sha256').update(lock).digest('hex').slice(0, 16));
	if (!existsSync(marker)) {
		progress('Installing n8n (first use only: some minutes, 2 GB in host/.state) ...');
		await removeMarkers(modules);
		await mkdir(folder, { recursive: true });
		for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
			await copyFile(join(__dirname, name), join(folder, name));
		}
		await npm(['ci', '--no-audit', '--no-fund'], folder, progress);
		progress('Preparing its Node.js and its database driver ...');
		await npm(['rebuild', '--ignore-scripts=false', 'node', 'sqlite3'], folder, progress);
		await writeFile(marker, `${new Date().toISOString()}\n`);
		progress('n8n is installed.');
	}
	const bin = join(modules, 'node', 'bin');
	return {
		n8n: join(modules, 'n8n', 'bin', 'n8n'),
		node: join(bin, 'node'),
		path: `${bin}${delimiter}${process.env.PATH ?? ''}`,
	};
}

/**
 * Runs npm and shows that it is alive every 15 seconds, for it says little itself.
 * @throws with npm's output where it ends with anything but 0
 */
export async function npm(args: string[], cwd: string, progress?: Progress): Promise<string> {
	const began = Date.now();
	const seconds = () => Math.round((Date.now() - began) / 1000);
	const pulse = setInterval(() => progress?.(`  npm ${args[0]}: ${seconds()} s`), 15_000);
	try {
		const { code, stdout, output } = await run('npm', args, { cwd, env: withoutScriptSettings() });
		if (code !== 0) throw new Error(`"npm ${args.join(' ')}" failed in ${cwd}:\n\n${output.trim()}`);
		return stdout;
	} finally {
		clearInterval(pulse);
	}
}

/** An npm that is started by an npm script would take that one's settings (and its folder) for its own. */
function withoutScriptSettings(): NodeJS.ProcessEnv {
	const ours =
		/^npm_(package|lifecycle|config_(local_prefix|ignore_scripts|node_gyp))|^INIT_CWD$|^NODE_OPTIONS$/i;
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

async function removeMarkers(modules: string) {
	if (!existsSync(modules)) return;
	const old = (await readdir(modules)).filter((name) => name.startsWith(MARKER));
	await Promise.all(old.map(async (name) => await rm(join(modules, name))));
}
