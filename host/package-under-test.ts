import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { npm, type Progress } from './install';

/** The repository's root. */
export const ROOT = resolve(__dirname, '..');

/**
 * Builds the package and packs it as `npm publish` would.
 * @param into the folder that gets the tarball
 * @returns the tarball's path
 * @throws with npm's output where the build or the packing fails
 */
export async function packPackage(into: string, progress: Progress, root = ROOT): Promise<string> {
	progress('Building and packing the package ...');
	await mkdir(into, { recursive: true });
	await npm(['run', 'build'], root, progress);
	const [packed] = JSON.parse(await npm(['pack', '--json', '--pack-destination', into], root)) as [
		{ filename: string },
	];
	return join(into, packed.filename);
}

/**
 * Installs a tarball the way n8n's "Community nodes" page does: into `.n8n/nodes` of the user's folder, without the
 * package's peer dependencies (n8n brings its own n8n-workflow). Its nodes are then `<package name>.<node name>`.
 * @throws with npm's output where the installation fails
 */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	await rm(nodes, { recursive: true, force: true });
	await mkdir(nodes, { recursive: true });
	await writeFile(
		join(nodes, 'package.json'),
		JSON.stringify({ name: 'installed-nodes', private: true, dependencies: {} }),
	);
	const options = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
	await npm(['install', ...options, '--no-package-lock', resolve(tarball)], nodes);
}
