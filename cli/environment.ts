import { join } from 'node:path';
import { UsageError } from './usageError';

/** What the environment says; what is empty is left out. */
export interface Environment {
	apiKey?: string;
	/** Without a trailing slash. */
	baseUrl: string;
	organization?: string;
	project?: string;
	outputDir?: string;
	maxConcurrent?: string;
	timeout?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The folder that relative paths count from: where the user is. npm changes into the package's folder and says where
 * it was called.
 */
export function baseFolder(variables: Variables, cwd: string): string {
	return (variables.npm_lifecycle_event === 'batch' && variables.INIT_CWD) || cwd;
}

/**
 * Adds what `.env` in a folder says to the environment. What is in the environment already stays.
 * @throws UsageError where there is one that cannot be read
 */
export function loadDotEnv(folder: string): void {
	try {
		process.loadEnvFile(join(folder, '.env'));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
		throw new UsageError(`The file .env could not be read: ${(error as Error).message}`);
	}
}

export function readEnvironment(variables: Variables): Environment {
	const read = (...names: string[]) => {
		for (const name of names) {
			const value = variables[name]?.trim();
			if (value) return value;
		}
		return undefined;
	};
	const found = {
		apiKey: read('OPENAI_API_KEY'),
		organization: read('OPENAI_ORGANIZATION', 'OPENAI_ORG_ID'),
		project: read('OPENAI_PROJECT_ID'),
		outputDir: read('OPENAI_IMAGE_OUTPUT_DIR'),
		maxConcurrent: read('OPENAI_BATCH_MAX_CONCURRENT'),
		timeout: read('OPENAI_BATCH_TIMEOUT'),
	};
	return {
		...(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as object),
		baseUrl: (read('OPENAI_BASE_URL') ?? 'https://api.openai.com/v1').replace(/\/+$/, ''),
	};
}
