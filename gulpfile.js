/**
 * `gulp build`: what is published, in `dist/`.
 * `tsc` writes the JavaScript; n8n looks for icons and codex files beside it, so those are copied in.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { rm } = require('node:fs/promises');
const { dest, parallel, series, src } = require('gulp');

function clean() {
	return rm('dist', { recursive: true, force: true });
}

async function compile() {
	const tsc = require.resolve('typescript/bin/tsc');
	const args = [tsc, '-p', 'tsconfig.json', '--noEmitOnError'];
	const [status] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
	if (status !== 0) throw new Error('TypeScript found errors, see above');
}

function icons() {
	return src('icons/*.svg').pipe(dest('dist/icons'));
}

function codex() {
	return src('nodes/**/*.node.json', { base: '.' }).pipe(dest('dist'));
}

exports.clean = clean;
exports['build:icons'] = icons;
exports.build = series(clean, parallel(compile, icons, codex));
exports.default = exports.build;
