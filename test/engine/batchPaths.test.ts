import fc from 'fast-check';
import { readConfiguration } from '../../engine/sources/configuration';
import { cleanFilePath, cleanFolderPath } from '../../engine/sources/paths';

describe('a file path', () => {
	it.each([
		['fox.png', 'fox.png'],
		['animals/fox.png', 'animals/fox.png'],
		['./x/y.png', 'x/y.png'],
		[' x/./y.png ', 'x/y.png'],
		['x\\y\\z.jpg', 'x/y/z.jpg'],
		['x//y.png', 'x/y.png'],
		['x / y.png', 'x/y.png'],
		['Fox.JPEG', 'Fox.JPEG'],
		['fox', 'fox'],
		['fox v1.5 final', 'fox v1.5 final'],
		['fox.png.', 'fox.png'],
		['fox.png. .', 'fox.png'],
		['.png', 'image.png'],
		['x./y.png', 'x/y.png'],
		['CON/nul.png', 'CON_/nul_.png'],
		['aux.tar.png', 'aux_.tar.png'],
		['Act 1: a<b/c?d*.png', 'Act 1- a-b/c-d-.png'],
		['Fuchs im Schnee/狐.webp', 'Fuchs im Schnee/狐.webp'],
		['x..y/..z.png', 'x..y/z.png'],
		['fox.png\n', 'fox.png'],
		['\ud800.png', '\ufffd.png'],
	])('%j becomes %j', (given, path) => {
		expect(cleanFilePath(given)).toEqual({ path });
	});

	it('has names of 200 bytes at the most, and its ending', () => {
		const clean = cleanFilePath(`${'ä'.repeat(150)}/${'x'.repeat(300)}.webp`);
		expect(clean).toEqual({ path: `${'ä'.repeat(100)}/${'x'.repeat(200)}.webp` });
	});

	it.each([
		['/etc/passwd', 'begins with a slash'],
		['\\x.png', 'begins with a slash'],
		['\\\\server\\share\\x.png', 'begins with a slash'],
		['//server/share/x.png', 'begins with a slash'],
		['C:\\x.png', 'names a drive'],
		['c:x.png', 'names a drive'],
		['https://x.example/y.png', 'is an address'],
		['file://x/y.png', 'is an address'],
		['../x.png', 'leads out of the folder with ..'],
		['a/../../x.png', 'leads out of the folder with ..'],
		['a\\..\\x.png', 'leads out of the folder with ..'],
		['a/.. /x.png', 'leads out of the folder with ..'],
		['a/. ./x.png', 'leads out of the folder with ..'],
		['a/.../x.png', 'leads out of the folder with ..'],
		['..', 'leads out of the folder with ..'],
		['a\u0000b.png', 'has a control character or a line break'],
		['a\nb.png', 'has a control character or a line break'],
		['a\u0085b.png', 'has a control character or a line break'],
		['a\u2028b.png', 'has a control character or a line break'],
		['animals/', 'names no file'],
		['animals\\', 'names no file'],
		['animals/ ', 'names no file'],
		['animals/.', 'names no file'],
		['.', 'names no file'],
		['./', 'names no file'],
	])('%j is refused: it %s', (given, refusal) => {
		expect(cleanFilePath(given)).toEqual({ refusal });
	});
});

describe('a folder path', () => {
	it.each([
		['zoo/autumn/', 'zoo/autumn'],
		['.\\zoo', 'zoo'],
		['.', ''],
		['./', ''],
		['v1.0', 'v1.0'],
	])('%j becomes %j', (given, path) => {
		expect(cleanFolderPath(given)).toEqual({ path });
	});

	it.each(['..', '/zoo', 'C:', '\\\\server\\zoo', 'zoo/..'])('%j is refused', (given) => {
		expect(cleanFolderPath(given)).toHaveProperty('refusal');
	});
});

describe('any path', () => {
	const part = fc.oneof(
		fc.constantFrom(
			'..',
			'.',
			' ..',
			'.. ',
			'...',
			'/',
			'\\',
			'C:',
			'con',
			'x',
			'\n',
			'\u0000',
			'~',
			'%2e%2e',
			'://',
		),
		fc.string({ unit: 'binary', maxLength: 12 }),
	);
	const anyPath = fc.oneof(
		fc.array(part).map((parts) => parts.join('')),
		fc.array(part).map((parts) => parts.join('/')),
		fc.array(part).map((parts) => parts.join('\\')),
		fc.string({ unit: 'binary', maxLength: 600 }),
	);

	/** What every disk takes as a name below the folder. */
	const expectSafe = (path: string) => {
		expect(path.isWellFormed()).toBe(true);
		for (const name of path.split('/')) {
			expect(name).not.toMatch(/^\.*$|^\s|[.\s]$|[\u0000-\u001f\u007f<>:"\\|?*]/);
			expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
			expect(Buffer.byteLength(name)).toBeLessThan(256);
		}
	};

	it('stays below its folder, or is refused', () => {
		fc.assert(
			fc.property(anyPath, (given) => {
				const file = cleanFilePath(given);
				if ('path' in file) expectSafe(file.path);
				const folder = cleanFolderPath(given);
				if ('path' in folder && folder.path !== '') expectSafe(folder.path);
				expect('path' in file && 'refusal' in folder).toBe(false);
			}),
			{ numRuns: 2000 },
		);
	});

	it('stays so in a configuration', () => {
		fc.assert(
			fc.property(anyPath, (given) => {
				const { jobs, problems, outputDir } = readConfiguration({
					jobs: [{ prompt: 'x', output_path: given }],
					output_dir: given,
				});
				const path = jobs[0]?.outputPath;
				const refused = problems.map((problem) => problem.path);
				if (path !== undefined) expectSafe(path);
				else expect(given.trim() === '' || refused.includes('jobs[0].output_path')).toBe(true);
				if (outputDir !== undefined) expectSafe(outputDir);
			}),
		);
	});
});
