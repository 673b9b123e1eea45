/**
 * What n8n reads from the environment as soon as it is loaded. To be imported before `n8n-core`:
 * without it n8n writes its settings and its binary files into the developer's own `~/.n8n`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** n8n's own folder for this process; removed when the tests (or the process) end. */
export const userFolder = mkdtempSync(path.join(tmpdir(), 'n8n-engine-'));

process.env.N8N_USER_FOLDER = userFolder;
// n8n's package loader and logger go by it: plain `require`, and no log lines between the test results.
process.env.NODE_ENV ??= 'test';
process.env.N8N_LOG_LEVEL ??= 'silent';
// The servers of the tests are on this machine, whatever proxy the machine uses.
process.env.NO_PROXY ??= '127.0.0.1,localhost';
for (const name of Object.keys(process.env)) if (name.startsWith('N8N_SSRF_')) delete process.env[name];

function removeUserFolder(): void {
	rmSync(userFolder, { recursive: true, force: true });
}

if (typeof afterAll === 'function') afterAll(removeUserFolder);
else process.on('exit', removeUserFolder);
