import { json } from '../answer';
import { usualBatchOptions } from '../batches/options';
import type { BatchOptions } from '../batches/options';
import { isFields, readChoice, readInteger, refuseUnknown } from '../parameters';
import type { Route } from '../exchange';

const counts = ['durationMs', 'expireAfter', 'cutDownloads', 'syntheticImageBytes'] as const;
const missing = ['output', 'error', 'both'] as const;

/** The books, the time and the options of batches, for those in another process. Without a key. */
export const clockworkRoutes: readonly Route[] = [
	{
		method: 'GET',
		path: '/stand-in/batches',
		key: false,
		booked: null,
		answer: ({ service: { batches, clock } }) =>
			json(200, { entries: batches.books(), options: batches.options, now: clock.now() }),
	},
	{
		method: 'POST',
		path: '/stand-in/batches',
		key: false,
		booked: null,
		answer: ({ service, body }) => {
			const fields = isFields(body.value) ? body.value : {};
			refuseUnknown(fields, ['passMs', ...Object.keys(usualBatchOptions)]);
			const given: Partial<BatchOptions> = {};
			for (const name of counts) {
				// As in JSON there is no other way to say that there is no end.
				if (fields[name] === null) given[name] = usualBatchOptions[name];
				const value = readInteger(fields, name, 0, Number.MAX_SAFE_INTEGER);
				if (value !== undefined) given[name] = value;
			}
			if (fields.missingFile !== undefined) {
				given.missingFile = readChoice(fields, 'missingFile', missing) ?? null;
			}
			Object.assign(service.batches.options, given);
			service.clock.pass(readInteger(fields, 'passMs', 0, Number.MAX_SAFE_INTEGER) ?? 0);
			return json(200, { options: service.batches.options, now: service.clock.now() });
		},
	},
];
