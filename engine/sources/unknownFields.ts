import type { Findings } from './findings';
import { JOB_FIELDS } from './jobFields';
import { didYouMean, plainName } from './nearestName';
import { quoted } from './shown';

export type Place = 'configuration' | 'job' | 'retry_policy';

const FIELDS: Readonly<Record<Place, readonly string[]>> = {
	configuration: ['jobs', 'output_dir', 'max_concurrent', 'timeout', 'retry_policy'],
	job: JOB_FIELDS,
	retry_policy: ['max_retries', 'retry_delay_ms', 'retry_on_errors'],
};

const BELONGS: Readonly<Record<Place, string>> = {
	configuration: 'beside jobs, not within one',
	job: 'in each of the jobs',
	retry_policy: 'in retry_policy',
};

const PLACES = Object.keys(FIELDS) as Place[];

/** Warns of what an object has that its place does not know, and says what may have been meant. It is not read. */
export function warnOfUnknownFields(object: object, place: Place, path: string, findings: Findings): void {
	for (const name of Object.keys(object)) {
		if (!FIELDS[place].includes(name)) findings.warn(fieldPath(path, name), sentenceFor(name, place));
	}
}

/** `jobs[3].size`, and for names that are not plain `jobs[3]["my size"]`. @param path empty for the whole */
export function fieldPath(path: string, name: string): string {
	if (!/^[\p{L}_][\p{L}\p{N}_]{0,59}$/u.test(name)) return `${path}[${quoted(name)}]`;
	return path === '' ? name : `${path}.${name}`;
}

function sentenceFor(name: string, place: Place): string {
	const isHere = FIELDS[place].some((field) => plainName(field) === plainName(name));
	const elsewhere = PLACES.filter((other) => other !== place && FIELDS[other].includes(name))[0];
	return !isHere && elsewhere
		? `is not known here. It belongs ${BELONGS[elsewhere]}.`
		: `is not known.${didYouMean(name, FIELDS[place])}`;
}
