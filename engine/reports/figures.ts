import { usd, type NanoUsd } from '../costs/money';

/** `1,024` */
export function count(value: number): string {
	return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 image`, `1,024 images` */
export function counted(value: number, one: string, many = `${one}s`): string {
	return `${count(value)} ${value === 1 ? one : many}`;
}

/** Dollars as they read best alone: `$0.0132`, `$0.41`, `$12.40`. */
export function money(amount: NanoUsd): string {
	const dollars = usd(amount);
	return dollars === 0 || dollars >= 0.1 ? inDollars(dollars, 2) : columnMoney(amount);
}

/** Dollars as they stand in a column, all with four decimals: `$0.0132`. */
export function columnMoney(amount: NanoUsd): string {
	const dollars = usd(amount);
	return dollars > 0 && dollars < 0.00005 ? '<$0.0001' : inDollars(dollars, 4);
}

function inDollars(dollars: number, decimals: number): string {
	const [whole = '0', fraction = ''] = dollars.toFixed(decimals).split('.');
	return `$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long something took: `0.4 s`, `15.2 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(ms: number): string {
	const seconds = Math.round(ms / SECOND);
	if (ms < MINUTE - SECOND / 20) return `${(ms / SECOND).toFixed(1)} s`;
	if (seconds < HOUR / SECOND) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
	const minutes = Math.round(ms / MINUTE);
	return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** A point of time in a run: `0:05`, `2:05`, `1:02:05`. */
export function clockTime(ms: number): string {
	const seconds = Math.round(ms / SECOND);
	const two = (value: number) => String(value).padStart(2, '0');
	const minutes = Math.floor(seconds / 60);
	return minutes < 60
		? `${minutes}:${two(seconds % 60)}`
		: `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A part of a whole: `34%`; `<1%` and `>99%` where rounding would hide something. */
export function share(part: number, whole: number): string {
	const percent = (100 * part) / whole;
	if (percent > 0 && percent < 1) return '<1%';
	if (percent < 100 && percent > 99) return '>99%';
	return `${Math.round(percent)}%`;
}

const MONTHS = [
	'January',
	'February',
	'March',
	'April',
	'May',
	'June',
	'July',
	'August',
	'September',
	'October',
	'November',
	'December',
];

/** `21 November 2026, 12:00:05 UTC`. @param time milliseconds since 1970 */
export function dateAndTime(time: number): string {
	const date = new Date(time);
	const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
	return `${day}, ${date.toISOString().slice(11, 19)} UTC`;
}
