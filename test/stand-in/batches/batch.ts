import { randomUUID } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Batch as BatchObject, BatchError } from 'openai/resources/batches';
import type { AccountFile } from '../account-files';
import { seconds } from '../clock';
import { ApiError } from '../errors';
import { batchObject, totalUsage } from './batch-object';
import type { BatchBookEntry } from './books';
import type { BatchRequest } from './create-request';
import { readInputFile } from './input-file';
import { workLine } from './line';
import type { GoodOrder, WorkedLine, Workshop } from './line';
import type { BatchOptions } from './options';
import { Results } from './results';
import { stageAt } from './timeline';
import type { Stage } from './timeline';

const finalStates: ReadonlyArray<BatchObject['status']> = ['completed', 'failed', 'expired', 'cancelled'];

/** So many requests are worked before others get a turn. */
const stretch = 200;

/** A batch from its creation on. All its requests are looked at then; when each counts as worked, time decides. */
export class Batch {
	readonly id = `batch_${randomUUID().replaceAll('-', '')}`;
	private errors: BatchError[] = [];
	private lines: WorkedLine[] = [];
	private model: string | null = null;
	private cancelledAt: number | null = null;
	private output: AccountFile | null = null;
	private failures: AccountFile | null = null;
	private settled = false;
	private readonly worked: Promise<void>;

	/** @param createdAt milliseconds since 1970 */
	constructor(
		private readonly request: BatchRequest,
		readonly createdAt: number,
		private readonly options: BatchOptions,
		private readonly workshop: Workshop,
	) {
		this.worked = this.work();
		// Whoever looks at the batch is told.
		this.worked.catch(() => undefined);
	}

	get key(): string {
		return this.workshop.key;
	}

	/** What is answered to whoever created it. */
	created(): BatchObject {
		return this.render(stageAt(this.course(), this.createdAt - 1));
	}

	/** The batch as it is at a time, with its files where it is over. */
	async look(now: number): Promise<BatchObject> {
		await this.worked;
		const stage = stageAt(this.course(), now);
		this.settle(stage);
		return this.render(stage);
	}

	/** @throws ApiError 409 where it is over */
	async cancel(now: number): Promise<BatchObject> {
		const { status } = await this.look(now);
		if (finalStates.includes(status)) {
			throw new ApiError(409, {
				message: `Cannot cancel a batch with status '${status}'.`,
				type: 'invalid_request_error',
				param: null,
				code: null,
			});
		}
		this.cancelledAt ??= now;
		return await this.look(now);
	}

	/** What the books have of it. */
	entry(now: number): BatchBookEntry {
		const stage = stageAt(this.course(), now);
		const good = goodOnes(this.lines.slice(0, stage.done));
		const sum = (pick: (one: GoodOrder) => number) =>
			good.reduce((total, { outcome }) => total + pick(outcome), 0);
		return {
			id: this.id,
			endpoint: this.request.endpoint,
			model: this.model ?? '',
			status: stage.state,
			metadata: this.request.metadata,
			requests: this.lines.length,
			customIds: good.map(({ customId }) => customId),
			images: sum(({ charge }) => charge.images),
			usd: sum(({ charge }) => charge.nanoDollars) / 1e9,
			createdAt: this.createdAt,
		};
	}

	private async work(): Promise<void> {
		const { content } = this.request.inputFile;
		if (!Buffer.isBuffer(content)) throw new Error('A file of requests is always one that was uploaded');
		const { service, endpoint, signal } = this.workshop;
		const { errors, requests, model } = readInputFile(content, endpoint, service.models);
		this.errors = errors;
		this.model = model;
		for (const [index, request] of requests.entries()) {
			if (index % stretch === stretch - 1) await breathe();
			// Forgotten meanwhile: nobody asks for the rest.
			if (signal.aborted) return;
			this.lines.push(await workLine(request, this.workshop));
		}
	}

	private course() {
		const { durationMs, expireAfter } = this.options;
		return {
			createdAt: this.createdAt,
			durationMs,
			expireAfter,
			total: this.lines.length,
			invalid: this.errors.length > 0,
			cancelledAt: this.cancelledAt,
		};
	}

	/** Makes the files of results, once. */
	private settle({ state, done, times }: Stage): void {
		if (this.settled || !finalStates.includes(state) || state === 'failed') return;
		this.settled = true;
		const ended = Math.max(...Object.values(times));
		const worked = this.lines.slice(0, done);
		const rest = state === 'expired' ? this.lines.slice(done) : [];
		this.output = this.file('output', goodOnes(worked), [], ended);
		this.failures = this.file('error', failedOnes(worked), rest, ended);
	}

	private file(
		what: 'output' | 'error',
		lines: WorkedLine[],
		expired: WorkedLine[],
		createdAt: number,
	): AccountFile | null {
		const { missingFile } = this.options;
		if (missingFile === what || missingFile === 'both' || lines.length + expired.length === 0) return null;
		const { service, key, painter } = this.workshop;
		const content = new Results(lines, expired, { painter, service, created: seconds(createdAt) });
		return service.accountFiles.add(
			{
				key,
				content,
				fileName: `${this.id}_${what}.jsonl`,
				contentType: 'application/octet-stream',
				purpose: 'batch_output',
			},
			this.request.outputLifetimeMs,
			createdAt,
		);
	}

	private render(stage: Stage): BatchObject {
		const begun = stage.times.in_progress_at !== undefined;
		const worked = this.lines.slice(0, stage.done);
		const good = goodOnes(worked);
		const unworked = stage.state === 'expired' ? this.lines.length - stage.done : 0;
		return batchObject({
			id: this.id,
			request: this.request,
			createdAt: this.createdAt,
			stage,
			errors: stage.state === 'failed' ? this.errors : [],
			model: begun ? this.model : null,
			counts: {
				total: begun ? this.lines.length : 0,
				completed: good.length,
				failed: worked.length - good.length + unworked,
			},
			outputFileId: this.output?.id ?? null,
			errorFileId: this.failures?.id ?? null,
			usage: this.settled ? totalUsage(good.map(({ outcome }) => outcome.usage)) : null,
		});
	}
}

function goodOnes(lines: WorkedLine[]): Array<WorkedLine & { outcome: GoodOrder }> {
	return lines.filter(
		(line): line is WorkedLine & { outcome: GoodOrder } => !(line.outcome instanceof ApiError),
	);
}

function failedOnes(lines: WorkedLine[]): WorkedLine[] {
	return lines.filter(({ outcome }) => outcome instanceof ApiError);
}
