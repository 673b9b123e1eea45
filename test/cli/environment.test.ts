import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseFolder, readEnvironment } from '../../cli/environment';
import { providerAt } from '../../cli/provider';
import { readCourse } from '../../cli/settings';
import { startStandIn, type StandIn } from '../stand-in';
import { emptyFolder, imagesIn, run, start, variables } from './command';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({ delayMs: 30 });
});
afterAll(async () => await standIn.close());
beforeEach(() => standIn.reset());

const FOX = ['a red fox', '--size', '1024x640', '--quality', 'low'];

it('.env says what the environment does not say', async () => {
	const cwd = emptyFolder();
	const lines = [
		`OPENAI_API_KEY=${standIn.key}`,
		`OPENAI_BASE_URL="${standIn.url}"`,
		'OPENAI_IMAGE_OUTPUT_DIR=from-dot-env',
		'OPENAI_ORGANIZATION=org-1',
		'# a comment',
	];
	writeFileSync(join(cwd, '.env'), lines.join('\n'));
	const env = variables(undefined, { OPENAI_IMAGE_OUTPUT_DIR: 'from-environment' });
	const { status, stderr } = await start(FOX, { cwd, env }).ended;
	expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
	expect(imagesIn(cwd)).toEqual(['from-environment/a-red-fox.png']);
	expect(standIn.books[0]?.headers).toMatchObject({ 'openai-organization': 'org-1' });
});

it('.env that cannot be read is said', async () => {
	const cwd = emptyFolder();
	mkdirSync(join(cwd, '.env'));
	const { status, stderr } = await start(FOX, { cwd, env: variables(standIn) }).ended;
	expect(status).toBe(2);
	expect(stderr).toContain('The file .env could not be read');
});

it.each<[string, string[], Record<string, string>, string]>([
	['the flag', ['--output-dir', 'flag'], { OPENAI_IMAGE_OUTPUT_DIR: 'environment' }, 'flag'],
	['the environment', [], { OPENAI_IMAGE_OUTPUT_DIR: 'environment' }, 'environment'],
	['the configuration', [], {}, 'configuration'],
])('the folder is that of %s', async (_, flags, env, folder) => {
	const cwd = emptyFolder();
	const jobs = [{ prompt: 'a fox', size: '1024x640', quality: 'low' }];
	writeFileSync(join(cwd, 'batch.json'), JSON.stringify({ output_dir: 'configuration', jobs }));
	const { status } = await run(['batch.json', ...flags], { cwd, env: variables(standIn, env) });
	expect(status).toBe(0);
	expect(imagesIn(cwd)).toEqual([`${folder}/a-fox.png`]);
});

it('flag over environment over configuration over default, for time and concurrency', () => {
	const course = (
		flags: Parameters<typeof readCourse>[0],
		environment: Parameters<typeof readCourse>[1],
		configuration: Parameters<typeof readCourse>[2],
	) => {
		const read = readCourse(flags, environment, configuration);
		expect(read.problems).toEqual([]);
		return [read.course.concurrency, read.course.timeoutMs];
	};
	const [flags, environment] = [
		{ maxConcurrent: '5', timeout: '5000' },
		{ maxConcurrent: '6', timeout: '6000' },
	];
	const configuration = { maxConcurrent: 7, timeoutMs: 7000 };
	expect(course(flags, environment, configuration)).toEqual([5, 5000]);
	expect(course({}, environment, configuration)).toEqual([6, 6000]);
	expect(course({ timeout: '5000' }, { maxConcurrent: '6' }, configuration)).toEqual([6, 5000]);
	expect(course({}, {}, configuration)).toEqual([7, 7000]);
	expect(course({}, {}, {})).toEqual([2, 600_000]);
	expect(course({}, {}, undefined)).toEqual([4, 0]);
});

it("a configuration's retries hold where it has a policy", () => {
	const usual = { maxRetries: 2, retryOn: ['rate_limit', 'server_error', 'connection'], retryDelayMs: 5000 };
	expect(readCourse({}, {}, {}).course).toMatchObject(usual);
	expect(readCourse({}, {}, { retryPolicy: { maxRetries: 4 } }).course).toMatchObject({
		maxRetries: 4,
		retryOn: ['rate_limit', 'timeout', 'interrupted'],
		retryDelayMs: 5000,
	});
});

it('the concurrency of the environment is kept to', async () => {
	// Long enough for a busy machine to have sent all four before the first is answered.
	const prompts = Array.from({ length: 4 }, (_, place) => `[[delay 500]] picture ${place}`);
	const env = variables(standIn, { OPENAI_BATCH_MAX_CONCURRENT: '1' });
	const args = [...prompts, ...FOX.slice(1)];
	expect((await run(args, { cwd: emptyFolder(), env })).status).toBe(0);
	expect(standIn.maxInFlight).toBe(1);
	expect((await run([...args, '--max-concurrent', '4'], { cwd: emptyFolder(), env })).status).toBe(0);
	expect(standIn.maxInFlight).toBe(4);
});

it('what is blank in the environment is not there', () => {
	expect(readEnvironment({ OPENAI_API_KEY: ' ', OPENAI_BASE_URL: '' })).toEqual({
		baseUrl: 'https://api.openai.com/v1',
	});
	expect(readEnvironment({ OPENAI_BASE_URL: ' http://localhost:1/v1/ ' }).baseUrl).toBe(
		'http://localhost:1/v1',
	);
});

it('who answers is told by the base URL', () => {
	expect(providerAt('https://api.openai.com/v1')).toBe('openai');
	expect(providerAt('https://eu.api.openai.com/v1')).toBe('openai');
	expect(providerAt('https://mine.openai.azure.com/openai/v1')).toBe('azure');
	expect(providerAt('https://api.openai.com.example/v1')).toBe('compatible');
});

it('paths count from where npm was called, if it was npm that called', () => {
	expect(baseFolder({ npm_lifecycle_event: 'batch', INIT_CWD: '/there' }, '/here')).toBe('/there');
	expect(baseFolder({ npm_lifecycle_event: 'test', INIT_CWD: '/there' }, '/here')).toBe('/here');
	expect(baseFolder({}, '/here')).toBe('/here');
});
