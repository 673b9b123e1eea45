import fc from 'fast-check';
import { parsers } from 'prettier/plugins/html';
import { ImageError, type ErrorKind } from '../../engine/jobs/error';
import type { ImageJob } from '../../engine/jobs/job';
import { ADVICE } from '../../engine/reports/advice';
import { columnMoney, count, duration, money, share } from '../../engine/reports/figures';
import { lanesOf } from '../../engine/reports/lanes';
import type { ReportedJob, RunRecord } from '../../engine/reports/record';
import { reportHtml } from '../../engine/reports/report';
import { shortened, shortenedPath } from '../../engine/reports/shortened';
import { summaryOf } from '../../engine/reports/summary';
import { marksUpTo } from '../../engine/reports/timeAxis';
import { recorded, retold } from './recorded';
import { job, World, type Answer } from './world';

const reportOf = (run: RunRecord) => reportHtml(run, summaryOf(run));

/** A tag, its quoted attributes included. */
const TAG = /<[^<>"]*(?:"[^"]*"[^<>"]*)*>/g;
const tagsOf = (html: string) => html.match(TAG) ?? [];

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
/** What a reader sees, without the style sheet. */
const textOf = (html: string) =>
	html
		.replace(/<style>[^<]*<\/style>/, '')
		.replace(TAG, '')
		.replace(/&(\w+|#\d+);/g, (_, name: string) => ENTITIES[name] ?? '?');

const MODERATION: Answer = {
	status: 400,
	body: { error: { message: 'Rejected by the safety system.', code: 'moderation_blocked' } },
	delayMs: 3000,
};
const LIMITED: Answer = { status: 429, headers: { 'retry-after': '8' }, delayMs: 700 };
const TIMED_OUT: Answer = {
	fault: { kind: 'timeout', message: 'No answer within 60 s.', maybeBilled: true },
	delayMs: 60_000,
};

/** Thirty jobs: most succeed, some at the second try; four fail, each for another reason. */
const thirty = async () => {
	const failures: Record<number, Answer> = { 3: MODERATION, 11: MODERATION, 17: TIMED_OUT };
	const world = new World(({ prompt, n, attempt }) => {
		const place = Number(prompt.split(' ')[1]);
		if (place % 7 === 5 && attempt === 1) return LIMITED;
		return failures[place] ?? { images: n, delayMs: 5000 + 700 * (place % 9), tokens: 439 };
	});
	const jobs = Array.from({ length: 30 }, (_, place) =>
		job(place, {
			n: place % 10 === 0 ? 3 : 1,
			model: place % 4 === 0 ? 'gpt-image-1-mini' : 'gpt-image-2.5-flare',
			...(place === 20 ? { parameters: { size: '9x9' } } : {}),
		}),
	);
	return await recorded(world, jobs);
};

/** A run of which the tests care for nothing but that it succeeds. */
const plain = async (jobs: number, change: Partial<ImageJob> = {}) =>
	await recorded(
		new World(({ n }) => ({ images: n, delayMs: 5000, tokens: 439 })),
		Array.from({ length: jobs }, (_, place) => job(place, change)),
	);

describe('a report', () => {
	it('is one document that loads nothing and runs nothing', async () => {
		const html = reportOf(await thirty());
		const tags = tagsOf(html);
		expect(tags.filter((tag) => /^<(script|link|img|iframe|object|embed|base|form)\b/i.test(tag))).toEqual(
			[],
		);
		expect(tags.filter((tag) => /\s(on\w+|src|srcset|action|style|xlink:href)\s*=/i.test(tag))).toEqual([]);
		const links = tags.flatMap((tag) => /\shref="([^"]*)"/.exec(tag)?.[1] ?? []);
		expect(links.filter((link) => !/^#job-\d+$/.test(link))).toEqual([]);
		for (const link of links) expect(html).toContain(`id="${link.slice(1)}"`);
		expect(html.match(/url\([^)]*\)/g)).toEqual(['url(#hatch)']);
		expect(html).not.toMatch(/@import|@font-face|https?:/);
		expect(html.replace(/\s+/g, ' ')).toContain(
			`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:" />`,
		);
		expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
	});

	it('is well-formed', async () => {
		const options = { filepath: 'report.html', parser: 'html' } as never;
		const parse = (html: string) => parsers.html.parse(html, options) as unknown;
		expect(() => parse('<p><b>not closed</p>')).toThrow();
		for (const run of [await thirty(), await plain(0), await plain(1)]) {
			expect(() => parse(reportOf(run))).not.toThrow();
		}
	});

	it('says how the run went', async () => {
		const run = await thirty();
		const text = textOf(reportOf(run)).replace(/\s+/g, ' ');
		expect(text).toContain('30 of 36 images made');
		expect(text).toContain('30 jobs: 26 completed, 4 failed');
		expect(text).toContain(`Wall time ${duration(run.finishedAt - run.startedAt)} up to 4 at once`);
		expect(text).toContain('Cost ≥ $0.28 over the estimate of $0.19 Wall time');
		for (const kind of ['moderation', 'timeout', 'validation'] as const) {
			expect(text).toContain(ADVICE[kind].title);
			expect(text).toContain(ADVICE[kind].whatToDo);
		}
		for (const { id, outcome } of run.jobs) {
			expect(text).toContain(`${id} ${outcome.job.prompt}`);
			if (outcome.error) {
				const words = outcome.error.message.replace(`${outcome.job.label}: `, '');
				expect(text).toContain(words);
			}
		}
	});

	it.each<[string, Partial<RunRecord>, string[]]>([
		['no job', { jobs: [] }, ['No jobs']],
		[
			'a stop',
			{ stoppedBecause: new ImageError({ kind: 'quota', message: 'The credit is used up.' }) },
			['Stopped before the end. The credit is used up.'],
		],
		['a warning', { warnings: ['Mind the gap.'] }, ['Warnings Mind the gap.']],
	])('copes with %s', async (_, change, words) => {
		const text = textOf(reportOf({ ...(await plain(1)), ...change })).replace(/\s+/g, ' ');
		for (const expected of words) expect(text).toContain(expected);
	});

	it('sums cancelled jobs up by reason', async () => {
		const world = new World(() => ({
			status: 429,
			body: { error: { message: 'No credit.', code: 'insufficient_quota' } },
		}));
		const jobs = Array.from({ length: 5 }, (_, place) => job(place));
		const text = textOf(reportOf(await recorded(world, jobs, { concurrency: 1 }))).replace(/\s+/g, ' ');
		expect(text).toContain('No image made');
		expect(text).toMatch(/The run ended first ?Not sent, [^.]*No credit\..* 4 Run these jobs again/);
		expect(text.match(/The run ended first/g)).toHaveLength(1);
	});

	it('shows every image model and every text model apart', async () => {
		const run = await plain(2);
		const text = { role: 'conversation' as const, model: 'gpt-talker' };
		const cost = { basis: 'usage' as const, input: 1_000_000, output: 2_000_000, pricedAt: null };
		const usage = { inputTokens: 1234, cachedTokens: 0, outputTokens: 56, reasoningTokens: 0 };
		const told = retold(run, ({ outcome }) => ({
			outcome: {
				...outcome,
				images: outcome.images.map((image) => ({ ...image, texts: [{ ...text, usage, cost }] })),
			},
		}));
		expect(textOf(reportOf(told)).replace(/\s+/g, ' ')).toContain(
			'gpt-image-2.5-flare 2 14 878 $0.0264 81% gpt-talker led the conversation – 2,468 112 $0.0060 19% Total 2 2,482 990 $0.0324',
		);
	});
});

describe('texts from outside', () => {
	const NASTY = [
		'<script>alert(1)</script>',
		'"><img src=x>',
		"' onload='x",
		'</title><b>',
		'</style><style>',
		'<!--',
		']]>',
		'&lt;b&gt;',
		'&#60;i&#62;',
		'\ud800<',
		'\u0000<p>',
		'\u202e<a>',
		'<svg/onload=x>',
		'`${1}`',
		'\n\t<td>',
	];
	const texts = fc.array(
		fc
			.oneof(
				fc.constantFrom(...NASTY),
				fc.string({ unit: 'binary', maxLength: 20 }),
				fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', ' ', 'a'), maxLength: 20 }),
			)
			.filter((text) => shortened(text, 1000) !== ''),
		{ minLength: 5, maxLength: 30 },
	);

	/** Puts texts wherever one can come from outside. */
	const filled = (run: RunRecord<string>, text: (place: number) => string): RunRecord<string> => {
		let place = 0;
		const next = () => text(place++);
		const told = retold(run, ({ outcome, outputPaths }, index): Partial<ReportedJob<string>> => {
			const { job: sent, error, images, warnings } = outcome;
			return {
				id: next(),
				...(index % 2 === 0 ? { name: next() } : {}),
				outputPaths: outputPaths.map(next),
				historyUuid: next(),
				...(index === 9 ? { duplicateOf: next() } : {}),
				outcome: {
					...outcome,
					job: { ...sent, prompt: next(), model: next(), label: next() },
					warnings: [...warnings, next()],
					images: images.map((image) => ({
						...image,
						texts: [{ role: 'svg', model: next(), usage: null, cost: image.cost }],
						requestId: next(),
						warnings: [next()],
					})),
					...(error
						? {
								error: new ImageError({
									...error.details,
									message: next(),
									code: next(),
									type: next(),
									requestId: next(),
								}),
							}
						: {}),
				},
			};
		});
		return {
			...told,
			warnings: [next(), next()],
			stoppedBecause: new ImageError({ kind: 'quota', message: next() }),
		};
	};

	it('are only ever text: none adds, ends or changes a tag', async () => {
		const run = await thirty();
		fc.assert(
			fc.property(texts, (outside) => {
				// The same texts with letters in place of all that could mean something.
				const kinds = [...new Set(outside)];
				const harmless = (text: string) =>
					String.fromCodePoint(0x4e00 + kinds.indexOf(text)).repeat([...shortened(text, 1000)].length);
				const at = (place: number) => outside[place % outside.length] ?? '';
				const html = reportOf(filled(run, at));
				const tags = tagsOf(html);
				expect(tags).toEqual(tagsOf(reportOf(filled(run, (place) => harmless(at(place))))));
				const between = html.replace(/<style>[^<]*<\/style>/, '').replace(TAG, '');
				expect(between).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
				expect(between).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/);
				expect(html.isWellFormed()).toBe(true);
			}),
			{ numRuns: 150 },
		);
	});

	it('are still legible', async () => {
		const run = await thirty();
		const text = textOf(reportOf(filled(run, () => `<b>"Fish & chips"</b>'s`)));
		expect(text).toContain(`<b>"Fish & chips"</b>'s`);
		expect(text).not.toContain('&amp;');
	});

	it('are cut, however long they are', async () => {
		const run = await plain(1);
		const prompt = `A fox ${'<"&\'>漢字 '.repeat(4000)}`;
		const long = 'x'.repeat(100_000);
		const told = retold(run, ({ outcome }) => ({
			id: long,
			name: long,
			outputPaths: [long],
			outcome: {
				...outcome,
				status: 'failed',
				error: new ImageError({ kind: 'server_error', message: long, code: long, requestId: long }),
				job: { ...outcome.job, prompt, model: long },
			},
		}));
		const html = reportOf({ ...told, warnings: [long] });
		expect(html.length).toBeLessThan(reportOf(run).length + 12_000);
		expect(textOf(html)).toContain('A fox <"&\'>漢字 <"&\'>漢字');
	});
});

describe('the size of a report', () => {
	const PROMPT = `A "small" harbour <in> the morning & its boats, 漢字, ${'gulls '.repeat(5400)}`;

	it('stays under 2 MB at 1,000 jobs with prompts of 32,000 characters', async () => {
		const world = new World(({ prompt, n, attempt }) => {
			const place = Number(prompt.slice(0, 4));
			if (place % 13 === 0) return MODERATION;
			return place % 7 === 0 && attempt < 3 ? { ...LIMITED } : { images: n, delayMs: 9000 };
		});
		const jobs = Array.from({ length: 1000 }, (_, place) =>
			job(place, {
				prompt: `${String(place).padStart(4, '0')} ${PROMPT}`.slice(0, 32_000),
				n: 1 + (place % 4),
			}),
		);
		const run = await recorded(world, jobs, { concurrency: 8 });
		const html = reportOf(run);
		expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
		expect(html.match(/<tr id="job-/g)).toHaveLength(1000);
	});

	it('is bounded for any number of jobs, and says what it leaves out', async () => {
		const world = new World(({ prompt, n }) =>
			Number(prompt.split(' ')[1]) % 9 === 0 ? MODERATION : { images: n, delayMs: 9000 },
		);
		const jobs = Array.from({ length: 6000 }, (_, place) => job(place));
		const html = reportOf(await recorded(world, jobs, { concurrency: 32 }));
		expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
		const text = textOf(html).replace(/\s+/g, ' ');
		expect(text).toContain('The first 2,000 of 6,000; the summary has them all.');
		expect(text).toContain('and 647 more jobs of this kind');
	});
});

describe('the timeline', () => {
	it('gives every request its place, and fills every lane with requests and waits', async () => {
		const answers = fc.constantFrom<Answer>(LIMITED, MODERATION, { status: 500, delayMs: 300 });
		const one = fc.record({
			answers: fc.array(answers, { maxLength: 3 }),
			n: fc.integer({ min: 1, max: 22 }),
			delayMs: fc.integer({ min: 1, max: 9000 }),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.array(one, { minLength: 1, maxLength: 15 }),
				fc.integer({ min: 1, max: 5 }),
				fc.constantFrom(0, 12),
				async (plan, concurrency, imagesPerMinute) => {
					const world = new World(({ prompt, n, attempt }) => {
						const planned = plan[Number(prompt)];
						return planned?.answers[attempt - 1] ?? { images: n, delayMs: planned?.delayMs ?? 1 };
					});
					const jobs = plan.map(({ n }, place) => job(place, { prompt: String(place), n }));
					const run = await recorded(world, jobs, { concurrency, imagesPerMinute });
					const { bars, waits, lanes, endMs } = lanesOf(run);
					expect(bars).toHaveLength(world.sent.length);
					expect(lanes).toBeLessThanOrEqual(concurrency);
					expect(endMs).toBe(Math.max(run.finishedAt - run.startedAt, 1));
					for (let lane = 0; lane < lanes; lane++) {
						const held = [...bars, ...waits]
							.filter((piece) => piece.lane === lane)
							.sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
						expect(held[0]?.fromMs).toBe(0);
						for (const [index, { fromMs }] of held.entries()) {
							if (index > 0) expect(fromMs).toBe(held[index - 1]?.toMs);
						}
					}
					// Jobs of one request, which is where every failure but the last is followed by another try.
					for (const { outcome } of run.jobs) {
						if (outcome.images.length !== outcome.job.n || outcome.job.n > 10) continue;
						const own = bars.filter((bar) => bar.job.outcome === outcome).map(({ look }) => look);
						if (imagesPerMinute === 0)
							expect(own).toEqual([...own.slice(1).map(() => 'retried'), 'completed']);
					}
				},
			),
			{ numRuns: 100 },
		);
	});

	it('is left out where nothing was sent', async () => {
		expect(textOf(reportOf(await plain(2, { prompt: '' })))).not.toContain('Timeline');
	});

	it('shows the share of the time where there are too many requests to show them all', async () => {
		const run = await plain(1600);
		const [path] = /<path class="completed" d="([^"]*)"/.exec(reportOf(run))?.slice(1) ?? [];
		// Four lanes that were never idle: one box each, as wide as the picture and as high as a bar.
		expect(path).toBe([23, 49, 75, 101].map((bottom) => `M0 ${bottom}v-20h600V${bottom}z`).join(''));
	});

	it('has eight marks or fewer, from 0 to the end, at even distances', () => {
		fc.assert(
			fc.property(fc.double({ min: 1, max: 1e10, noNaN: true }), (endMs) => {
				const marks = marksUpTo(endMs).map(({ at }) => at);
				expect(marks.length).toBeGreaterThanOrEqual(1);
				expect(marks.length).toBeLessThanOrEqual(8);
				expect(marks[0]).toBe(0);
				expect(marks.at(-1)).toBeLessThanOrEqual(endMs);
				const steps = new Set(marks.slice(1).map((at, index) => at - (marks[index] ?? 0)));
				expect(steps.size).toBeLessThanOrEqual(1);
			}),
		);
		expect(marksUpTo(150_000).map(({ label }) => label)).toEqual([
			'0:00',
			'0:30',
			'1:00',
			'1:30',
			'2:00',
			'2:30',
		]);
	});
});

describe('figures', () => {
	it.each<[string, string]>([
		[money(0), '$0.00'],
		[money(13_205_000), '$0.0132'],
		[money(414_000_000), '$0.41'],
		[money(12_404_000_000), '$12.40'],
		[money(1_234_567_890_000), '$1,234.57'],
		[columnMoney(45_000), '<$0.0001'],
		[columnMoney(5_880_000), '$0.0059'],
		[columnMoney(0), '$0.0000'],
		[duration(0), '0.0 s'],
		[duration(15_230), '15.2 s'],
		[duration(59_949), '59.9 s'],
		[duration(59_951), '1 min 0 s'],
		[duration(125_400), '2 min 5 s'],
		[duration(3_599_700), '1 h 0 min'],
		[duration(3_725_000), '1 h 2 min'],
		[count(999), '999'],
		[count(1_234_567), '1,234,567'],
		[share(1, 3), '33%'],
		[share(1, 1000), '<1%'],
		[share(999, 1000), '>99%'],
		[share(0, 5), '0%'],
		[share(5, 5), '100%'],
	])('%s', (written, expected) => {
		expect(written).toBe(expected);
	});
});

describe('a shortened text', () => {
	it('is a beginning of the text on one line, no longer than asked for', () => {
		const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 300 }));
		fc.assert(
			fc.property(text, fc.integer({ min: 2, max: 60 }), (given, letters) => {
				const short = shortened(given, letters);
				expect([...short].length).toBeLessThanOrEqual(letters);
				expect(short).not.toMatch(/[\n\t\u202a-\u202e]/);
				const line = given
					.replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
					.replace(/\s+/g, ' ')
					.trim();
				expect(line.startsWith(short.replace(/…$/, '')) || short === line).toBe(true);
			}),
		);
	});

	it('keeps the end of a path', () => {
		expect(shortenedPath('images/a.png', 20)).toBe('images/a.png');
		expect(shortenedPath('a/long/folder/name/0001_fox.png', 18)).toBe('a/lon…0001_fox.png');
		expect(shortenedPath('a/long/folder/name/0001_fox.png', 18)).toHaveLength(18);
	});
});

describe('advice', () => {
	it('is there for every kind of error, in whole sentences', () => {
		for (const [kind, { title, whatToDo }] of Object.entries(ADVICE) as Array<
			[ErrorKind, (typeof ADVICE)[ErrorKind]]
		>) {
			expect([kind, title]).toEqual([kind, expect.stringMatching(/^[A-Z][^.]+$/)]);
			expect([kind, whatToDo]).toEqual([kind, expect.stringMatching(/^[A-Z].+\.$/)]);
		}
	});
});
