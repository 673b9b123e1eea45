import { copyFileSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { startStandIn, type StandIn } from '../stand-in';
import { emptyFolder, EXAMPLES, imagesIn, run, variables } from './command';

/** Every line of the README that calls the program, as it stands there. */
const README = readFileSync(join(__dirname, '../../cli/README.md'), 'utf8');
const LINES = [...README.matchAll(/^(?:cat \S+ \| )?npm run (?:-s )?batch -- ([^|\n]*)/gm)]
	.map(([, args = '']) => args.trim())
	// Standard input is this process's own.
	.filter((args) => !args.includes('--input -'));

const words = (line: string) =>
	[...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn();
});
afterAll(async () => await standIn.close());
beforeEach(() => standIn.reset());

it('the README calls the program', () => {
	expect(LINES.length).toBeGreaterThan(5);
});

it.each(LINES)('%s', async (line) => {
	const cwd = emptyFolder();
	symlinkSync(EXAMPLES, join(cwd, 'examples'));
	for (const name of ['cup.png', 'teapot.png'])
		copyFileSync(join(EXAMPLES, 'batch-configuration/pictures', name), join(cwd, name));
	const { status, stderr } = await run(words(line), { cwd, env: variables(standIn) });
	expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
	expect(standIn.books.length).toBeGreaterThan(0);
	const made = standIn.books.reduce((sum, { images }) => sum + images, 0);
	expect(imagesIn(cwd)).toHaveLength(made + 2);
});
