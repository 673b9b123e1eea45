import { readFile } from 'node:fs/promises';

/** How often a process is looked at, milliseconds. The kernel keeps peak and CPU time itself, so none of it is missed. */
const INTERVAL_MS = 20;
/** `/proc` counts CPU time in hundredths of a second on every Linux that Node.js runs on. */
const TICK_MS = 10;

/** What a process has taken, up to moments given in milliseconds since 1970. */
export interface Watch {
	/** The most memory that it had in RAM (VmHWM), bytes. */
	peakUntil(moment: number): number;
	/** CPU time of all its threads, in user mode and in the kernel, milliseconds; exact to 10 ms. */
	cpuUntil(moment: number): number;
	/** Takes no more samples. */
	stop(): void;
}

/** Watches a process from now on. Linux only: it reads `/proc`. */
export function watch(pid: number): Watch {
	const samples: Array<{ at: number; peakBytes: number; cpuMs: number }> = [];
	const look = async () => {
		const [status, stat] = await Promise.all(
			['status', 'stat'].map(async (file) => await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
		);
		// Nothing is said of a process that is gone.
		const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
		const cpuMs = cpuTime(stat ?? '');
		if (peak === undefined || cpuMs === undefined) return;
		samples.push({ at: Date.now(), peakBytes: Number(peak) * 1024, cpuMs });
	};
	const timer = setInterval(() => void look(), INTERVAL_MS);
	const most = (moment: number, field: 'peakBytes' | 'cpuMs') =>
		samples.reduce((sum, sample) => (sample.at <= moment ? Math.max(sum, sample[field]) : sum), 0);
	return {
		peakUntil: (moment) => most(moment, 'peakBytes'),
		cpuUntil: (moment) => most(moment, 'cpuMs'),
		stop: () => clearInterval(timer),
	};
}

/** Fields 14 and 15 of `/proc/PID/stat`, counted behind the name, which may have spaces in it. */
function cpuTime(stat: string): number | undefined {
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const [user, system] = [fields[11], fields[12]];
	if (user === undefined || system === undefined) return undefined;
	return (Number(user) + Number(system)) * TICK_MS;
}
