import { NodeApiError, NodeOperationError, type IExecuteFunctions, type JsonObject } from 'n8n-workflow';
import { usd } from '../../engine/costs/money';
import { totalOf, type Cost } from '../../engine/costs/price';
import type { ErrorKind, ImageError } from '../../engine/jobs/error';
import { atStart } from '../../engine/jobs/label';
import type { JobOutcome } from '../../engine/jobs/outcome';

type Failure = NonNullable<NodeApiError['failure']>;

/** What n8n is told of the reason, for whatever decides on what to do next. */
const FAILURE_CAUSE: Partial<Record<ErrorKind, Failure['cause']>> = {
	rate_limit: 'rate-limited',
	quota: 'quota-exhausted',
	server_error: 'temporarily-unavailable',
	connection: 'temporarily-unavailable',
	authentication: 'credential-invalid',
	permission: 'credential-invalid',
	not_found: 'configuration-invalid',
	validation: 'configuration-invalid',
	invalid_request: 'configuration-invalid',
};

/** n8n's error for one of ours, linked to its item. */
export function nodeErrorFrom(
	context: IExecuteFunctions,
	{ message, kind, details }: ImageError,
	itemIndex: number,
	description?: string,
): NodeApiError | NodeOperationError {
	const cause = FAILURE_CAUSE[kind];
	const options = {
		itemIndex,
		...(description === undefined ? {} : { description }),
		...(cause ? { failure: { cause } as Failure } : {}),
	};
	const { status, code, type, param, requestId } = details;
	const response: JsonObject = {
		message,
		code: code ?? null,
		type: type ?? null,
		param: param ?? null,
		request_id: requestId ?? null,
	};
	const error =
		status == null
			? new NodeOperationError(context.getNode(), message, options)
			: new NodeApiError(context.getNode(), response, { ...options, message, httpCode: String(status) });
	// n8n rewrites messages in which it thinks to see an error code of Node's, even within a word of the prompt.
	error.message = message;
	return error;
}

/**
 * With On Error: Stop, the first failed job ends the execution.
 * @throws NodeApiError | NodeOperationError that names the item and the reason, and says what had been paid for
 */
export function throwOnFailure(
	context: IExecuteFunctions,
	outcomes: ReadonlyArray<JobOutcome<unknown>>,
): void {
	const failed = outcomes.find(({ status }) => status === 'failed');
	if (!failed?.error) return;
	const made = outcomes.reduce((sum, { images }) => sum + images.length, 0);
	throw nodeErrorFrom(context, failed.error, failed.job.index, paidFor(made, outcomes));
}

const imageCostsOf = (outcomes: ReadonlyArray<JobOutcome<unknown>>) =>
	outcomes.flatMap(({ images }) => images.map(({ cost }) => cost));
const lossesOf = (outcomes: ReadonlyArray<JobOutcome<unknown>>) =>
	outcomes.flatMap(({ loss }) => (loss ? [loss.cost] : []));

function paidFor(made: number, outcomes: ReadonlyArray<JobOutcome<unknown>>): string {
	const lost = amount(lossesOf(outcomes));
	const alsoLost = lost === '' ? '' : ` ${atStart(lost)} went on answers that held no usable image.`;
	const maybe = outcomes.some(({ error }) => error?.details.maybeBilled === true);
	if (made === 0)
		return lost === '' && !maybe ? 'No image had been paid for.' : `No image had been made.${alsoLost}`;
	const [images, they] = made === 1 ? ['1 image', 'it'] : [`${made} images`, 'them'];
	const paid = amount(imageCostsOf(outcomes));
	return (
		`${images} had been made and paid for${paid === '' ? '' : ` (${paid})`} before the node stopped.${alsoLost} ` +
		`To keep ${they}, set On Error to "Continue" in the node's settings: failed items then come out with their error.`
	);
}

/** `$0.12`, `at least $0.12` where some prices are not known, nothing where none is. */
function amount(costs: readonly Cost[]): string {
	const known = costs.map(totalOf).filter((total) => total !== null);
	const sum = known.reduce((all, total) => all + total, 0);
	if (sum === 0) return '';
	return `${known.length < costs.length ? 'at least ' : ''}$${usd(sum)}`;
}
