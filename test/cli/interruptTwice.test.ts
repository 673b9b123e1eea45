import { EventEmitter } from 'node:events';
import { onInterrupt } from '../../cli/interrupt';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function watched() {
	const process = new EventEmitter();
	const told: string[] = [];
	const watch = onInterrupt(
		process as unknown as Pick<NodeJS.Process, 'on' | 'off'>,
		() => told.push('begun'),
		() => told.push('killed'),
	);
	return { process, told, watch };
}

it('the first Ctrl-C begins the end, a second one makes it', () => {
	const { process, told, watch } = watched();
	process.emit('SIGINT');
	expect(watch.signal.aborted).toBe(true);
	jest.setSystemTime(Date.now() + 100);
	process.emit('SIGINT');
	expect(told).toEqual(['begun']);
	jest.setSystemTime(Date.now() + 1000);
	process.emit('SIGINT');
	expect(told).toEqual(['begun', 'killed']);
});

it('nothing is watched for after the run', () => {
	const { process, told, watch } = watched();
	watch.end();
	process.emit('SIGINT');
	process.emit('SIGTERM');
	expect(told).toEqual([]);
	expect(watch.signal.aborted).toBe(false);
});
