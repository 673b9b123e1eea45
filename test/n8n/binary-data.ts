import './environment';
import path from 'node:path';
import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';
import { userFolder } from './environment';

/** Where n8n keeps binary data: inline in the item (n8n's `default` mode), or in files, named by an id. */
export type BinaryMode = 'memory' | 'filesystem';

let current: BinaryMode | undefined;
let users = 0;

/**
 * Sets n8n's binary store up for one run.
 * @returns to be called when the run is over
 * @throws Error where a run with the other mode is under way: n8n has one mode per process.
 */
export async function useBinaryMode(mode: BinaryMode): Promise<() => void> {
	if (users > 0 && current !== mode) throw new Error(`A run with binary mode "${current}" is under way`);
	users += 1;
	if (current !== mode) {
		current = mode;
		const config = Container.get(BinaryDataConfig);
		config.mode = mode === 'memory' ? 'default' : 'filesystem';
		config.localStoragePath = path.join(userFolder, 'binary-data');
		await Container.get(BinaryDataService).init();
	}
	return () => {
		users -= 1;
	};
}

/** The bytes of binary data, wherever they are kept. */
export async function binaryBytes(data: IBinaryData): Promise<Buffer> {
	return await Container.get(BinaryDataService).getAsBuffer(data);
}
