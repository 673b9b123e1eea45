import './environment';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';

const root = path.resolve(__dirname, '../..');

let loader: PackageDirectoryLoader | undefined;

/**
 * This package as n8n loads it: the compiled nodes and credentials that `package.json` lists, with their
 * icons and codex files, by n8n's own loader.
 * @throws Error where `dist/` is not built, or n8n cannot load a class.
 */
export async function compiledPackage(): Promise<PackageDirectoryLoader> {
	if (loader) return loader;
	if (!existsSync(path.join(root, 'dist'))) throw new Error('dist/ is not built: run "npm run build" first');
	const fresh = new PackageDirectoryLoader(root);
	await fresh.loadAll();
	loader = fresh;
	return loader;
}
