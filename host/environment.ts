import { freePort } from './ports';

/** What is handed on from the caller's environment: nothing of an n8n that the user may have, and no API key. */
const INHERITED =
	/^(HOME|USER|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SystemRoot|(HTTPS?|ALL)_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i;

/**
 * The environment of an n8n that keeps to itself: its state in `userFolder`, its ports on 127.0.0.1 and free,
 * no calls home, files in `allowedFolders` only. Its log is one JSON object a line.
 * n8n's SSRF protection (off by default in 2.41) would keep it from a server on this machine, so 127.0.0.1 is allowed.
 */
export async function environment(
	userFolder: string,
	path: string,
	allowedFolders: string[],
): Promise<NodeJS.ProcessEnv> {
	const inherited = Object.entries(process.env).filter(([name]) => INHERITED.test(name));
	const noProxy = process.env.NO_PROXY ?? process.env.no_proxy;
	return {
		...Object.fromEntries(inherited),
		PATH: path,
		NO_PROXY: [noProxy, '127.0.0.1', 'localhost'].filter(Boolean).join(','),
		NO_COLOR: '1',
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(await freePort()),
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_SECURE_COOKIE: 'false',
		N8N_LOG_FORMAT: 'json',
		// An empty list would mean every folder.
		N8N_RESTRICT_FILE_ACCESS_TO: allowedFolders.join(';') || userFolder,
		N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.1/32',
		N8N_PYTHON_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	};
}
