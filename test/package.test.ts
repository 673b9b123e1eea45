/** What `package.json` says is on disk, and is what n8n and npm ask of a verified community package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { PackageDirectoryLoader } from 'n8n-core';
import { compiledPackage } from './n8n/package';

const root = path.resolve(__dirname, '..');

const manifest = readJson('package.json') as {
	name: string;
	main: string;
	files: string[];
	scripts: Record<string, string>;
	dependencies?: object;
	optionalDependencies?: object;
	bundledDependencies?: string[];
	peerDependencies: object;
	devDependencies: Record<string, string>;
	n8n: { nodes: string[]; credentials: string[] };
};

function readJson(file: string): unknown {
	return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

function filesBelow(folder: string, ending: string): string[] {
	return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith(ending))
		.map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
		.sort();
}

function compiled(source: string): string {
	return `dist/${source.replace(/\.ts$/, '.js')}`;
}

let loaded: PackageDirectoryLoader;

beforeAll(async () => {
	loaded = await compiledPackage();
});

it('lists every node and credential there is, and no other', () => {
	expect([...manifest.n8n.nodes].sort()).toEqual(filesBelow('nodes', '.node.ts').map(compiled));
	expect([...manifest.n8n.credentials].sort()).toEqual(
		filesBelow('credentials', '.credentials.ts').map(compiled),
	);
});

it('names files that the build makes', () => {
	for (const file of [manifest.main, ...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
		expect({ file, exists: existsSync(path.join(root, file)) }).toEqual({ file, exists: true });
	}
	expect(manifest.files).toEqual(['dist']);
});

it('needs nothing at run time but n8n', () => {
	expect(manifest.dependencies ?? {}).toEqual({});
	expect(manifest.optionalDependencies ?? {}).toEqual({});
	expect(manifest.bundledDependencies ?? []).toEqual([]);
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
});

it('runs nothing on installation', () => {
	const lifecycle = Object.keys(manifest.scripts).filter((name) =>
		/^(pre|post)?(install|prepare|pack|publish|version|uninstall|dependencies)$|^prepublishOnly$/.test(name),
	);
	expect(lifecycle).toEqual(['prepublishOnly']);
});

it.each(['package-lock.json', 'host/package-lock.json'])('%s names no registry', (file) => {
	const { packages } = readJson(file) as { packages: Record<string, { resolved?: string }> };
	const fromElsewhere = Object.entries(packages).filter(([, { resolved }]) => resolved?.includes('://'));
	expect(fromElsewhere).toEqual([]);
});

it('is tested in the engine of the n8n it is tried in', () => {
	const host = readJson('host/package.json') as { dependencies: Record<string, string> };
	expect(manifest.devDependencies['n8n-core']).toBe(host.dependencies.n8n);
});

describe('loaded by n8n', () => {
	it('every node has a codex file of its own name', () => {
		const names = Object.keys(loaded.nodeTypes);
		expect(names).toHaveLength(manifest.n8n.nodes.length);
		for (const name of names) {
			const { sourcePath, type } = loaded.getNode(name);
			const codex = readJson(`${sourcePath}on`) as { node: string; categories: string[] };
			expect(codex.node).toBe(`${manifest.name}.${name}`);
			expect(codex.categories.length).toBeGreaterThan(0);
			expect(type.description.codex?.categories).toEqual(codex.categories);
		}
	});

	it('every icon is a file in dist/, light and dark', () => {
		const { nodes, credentials } = loaded.types;
		expect(nodes.length).toBeGreaterThan(0);
		expect(credentials.length).toBe(manifest.n8n.credentials.length);
		for (const { name, iconUrl } of [...nodes, ...credentials]) {
			const { light, dark } = iconUrl as { light: string; dark: string };
			expect(light).not.toBe(dark);
			for (const url of [light, dark]) {
				const file = url.replace(`icons/${manifest.name}/`, '');
				expect({ name, file, exists: existsSync(path.join(root, file)) }).toEqual({
					name,
					file,
					exists: true,
				});
				expect(file).toMatch(/^dist\/icons\/.+\.svg$/);
			}
		}
	});

	it('every node takes credentials that are in the package', () => {
		for (const { name, credentials } of loaded.types.nodes) {
			for (const credential of credentials ?? []) {
				expect({ name, known: Object.keys(loaded.credentialTypes) }).toMatchObject({
					known: expect.arrayContaining([credential.name]) as unknown,
				});
			}
		}
	});
});
