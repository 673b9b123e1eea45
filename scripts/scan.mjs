#!/usr/bin/env node
/**
 * n8n's own scanner for verified community packages, offline: on the source and on the packed tarball,
 * as the scanner does it for a published version. Beyond it, warnings count as errors, and the tarball is
 * checked for its size and for what has no business in it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ESLint } from 'eslint';

const MAX_TARBALL_BYTES = 200_000;
/** The scanner's own choice for a tarball, which it does not export (`analyzePackageByName`). */
const TARBALL_FILE_PATTERNS = ['**/*.js', 'package.json'];
const REQUIRED_FILES = ['package.json', 'README.md', 'LICENSE'];
const ROOT_FILES = [...REQUIRED_FILES, 'CHANGELOG.md'];
const DIST_FILE_TYPES = ['.js', '.json', '.svg', '.png'];

const root = path.resolve(import.meta.dirname, '..');
const work = mkdtempSync(path.join(tmpdir(), 'n8n-scan-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
// The scanner makes a folder in the temporary folder as soon as it is loaded, and leaves it there.
process.env.TMPDIR = work;
const { analyzePackage, buildScanConfig, SOURCE_FILE_PATTERNS } =
	await import('@n8n/scan-community-package/scanner/scanner.mjs');

function run(command, args) {
	const { status, stdout, stderr, error } = spawnSync(command, args, {
		cwd: root,
		encoding: 'utf8',
		shell: process.platform === 'win32',
	});
	if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${error?.message ?? stderr}`);
	return stdout;
}

/** Packs the package and unpacks it again: what a user gets, and npm's account of it. */
function pack() {
	const [report] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work]));
	const folder = path.join(work, 'package');
	mkdirSync(folder);
	run('tar', ['-xzf', path.join(work, report.filename), '-C', folder, '--strip-components=1']);
	return { folder, report };
}

/** The scanner's verdict, then its warnings, which it leaves out where there is no error. */
async function lint(folder, filePatterns) {
	const verdict = await analyzePackage(folder, filePatterns);
	if (!verdict.passed) return [verdict.details ?? verdict.message];

	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: await buildScanConfig(),
		errorOnUnmatchedPattern: false,
	});
	const results = await eslint.lintFiles(filePatterns);
	if (results.length === 0) return ['no file was looked at'];
	if (results.every((result) => result.messages.length === 0)) return [];
	return [await (await eslint.loadFormatter('stylish')).format(results)];
}

function checkContents({ files, size }) {
	const findings = [];
	if (size > MAX_TARBALL_BYTES) {
		findings.push(`the tarball has ${size} bytes, more than ${MAX_TARBALL_BYTES}`);
	}
	const paths = files.map((file) => file.path);
	for (const required of REQUIRED_FILES) {
		if (!paths.includes(required)) findings.push(`${required} is missing`);
	}
	for (const file of paths) {
		if (ROOT_FILES.includes(file)) continue;
		if (!file.startsWith('dist/')) findings.push(`${file} lies outside dist/`);
		else if (/(^|\/)\.|\.(test|spec|e2e)\.|\/(test|tests|__tests__)\//.test(file)) {
			findings.push(`${file} is a test or a hidden file`);
		} else if (!DIST_FILE_TYPES.includes(path.extname(file))) {
			findings.push(`${file} is not one of ${DIST_FILE_TYPES.join(' ')}`);
		}
	}
	return findings;
}

function missingFromDist() {
	const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
	return [...manifest.n8n.nodes, ...manifest.n8n.credentials].filter(
		(file) => !existsSync(path.join(root, file)),
	);
}

function kilobytes(bytes) {
	return `${(bytes / 1000).toFixed(1)} kB`;
}

const missing = missingFromDist();
if (missing.length > 0) {
	console.error(`dist/ is not built: ${missing.join(', ')} missing. Run "npm run build" first.`);
	process.exit(1);
}

const { folder, report } = pack();
const largest = report.files.toSorted((a, b) => b.size - a.size).slice(0, 5);
console.log(
	`${report.filename}: ${report.files.length} files, ${kilobytes(report.size)} packed, ${kilobytes(report.unpackedSize)} unpacked`,
);
console.log(`largest: ${largest.map((file) => `${file.path} ${kilobytes(file.size)}`).join(', ')}`);

const findings = {
	source: await lint(root, SOURCE_FILE_PATTERNS),
	tarball: await lint(folder, TARBALL_FILE_PATTERNS),
	contents: checkContents(report),
};
for (const [part, messages] of Object.entries(findings)) {
	console.log(`${part}: ${messages.length === 0 ? 'no error, no warning' : 'FAILED'}`);
	for (const message of messages) console.log(message.trimEnd());
}
process.exitCode = Object.values(findings).every((messages) => messages.length === 0) ? 0 : 1;
