import type { JobDescription, SourceProblem } from './description';
import { Fields } from './fields';
import { Findings } from './findings';
import { JOB_FIELDS, readJob } from './jobFields';
import { didYouMean, nearestName, plainName } from './nearestName';
import { counted, quoted } from './shown';

/** By a job's field, the column that holds it; empty where no column does, whatever it is called. */
export type FieldMapping = Readonly<Record<string, string>>;

export interface RecordReading {
	/** Where there are problems, what could be read; the prompt may be empty. */
	job: JobDescription;
	problems: SourceProblem[];
	warnings: string[];
}

/** Columns that a message names. */
const MOST_COLUMNS_NAMED = 20;

/**
 * Reads a job from one flat record, as the rows of a spreadsheet come. Columns are taken up that are called like a job's
 * fields, whatever their capitals, blanks or hyphens (`Output Format`); others are ignored.
 * @param label how messages call the record: `Item 3`
 * @param mapping columns with names of their own; none of them is taken up under its own name as well
 */
export function readJobRecord(
	record: Readonly<Record<string, unknown>>,
	label: string,
	mapping: FieldMapping = {},
): RecordReading {
	const findings = new Findings();
	const columns = columnsOf(record, mapping);
	const source = {
		cells: true,
		value: (field: string) => {
			const column = columns.get(field);
			return column !== undefined && Object.hasOwn(record, column) ? record[column] : undefined;
		},
		path: (field: string) => {
			const column = columns.get(field) ?? field;
			return `${label}.${field}${column === field ? '' : ` (column ${quoted(column)})`}`;
		},
		hint: (field: string) => whereToLook(record, columns.get(field) ?? field),
	};
	const job = readJob(new Fields(source, findings), label);
	return { job, problems: findings.problems, warnings: findings.warnings };
}

/** What is wrong with a field mapping by itself: fields that a job does not have. Paths: `fieldMapping.promt`. */
export function fieldMappingProblems(mapping: FieldMapping): SourceProblem[] {
	return Object.keys(mapping)
		.filter((field) => !(JOB_FIELDS as readonly string[]).includes(field))
		.map((field) => ({
			path: `fieldMapping.${field}`,
			message: `A job has no such field.${didYouMean(field, JOB_FIELDS)} Fields: ${JOB_FIELDS.join(', ')}.`,
		}));
}

/** By field, the column to read. */
export function columnsOf(
	record: Readonly<Record<string, unknown>>,
	mapping: FieldMapping,
): Map<string, string> {
	const mapped = new Set(Object.values(mapping));
	const free = Object.keys(record).filter((column) => !mapped.has(column));
	const byPlainName = new Map<string, string>();
	for (const column of free) {
		const plain = plainName(column);
		if (!byPlainName.has(plain)) byPlainName.set(plain, column);
	}
	const columns = new Map<string, string>();
	for (const field of JOB_FIELDS) {
		const column = Object.hasOwn(mapping, field)
			? mapping[field]
			: free.includes(field)
				? field
				: byPlainName.get(plainName(field));
		if (column !== undefined && column !== '') columns.set(field, column);
	}
	return columns;
}

function whereToLook(record: Readonly<Record<string, unknown>>, column: string): string {
	const names = Object.keys(record);
	const near = Object.hasOwn(record, column) ? undefined : nearestName(column, names);
	const named = names.slice(0, MOST_COLUMNS_NAMED).map(quoted).join(', ');
	const left = names.length - MOST_COLUMNS_NAMED;
	const more = left > 0 ? ` and ${counted(left)} more` : '';
	return (
		` It is looked for in column ${quoted(column)}; the columns are ${named || 'none'}${more}.` +
		`${near === undefined ? '' : ` Did you mean ${quoted(near)}?`} The field mapping may name another one.`
	);
}
