import { batchComment } from './github-comments';

const LOCAL = 'an address of this computer';
const ADDRESSES = /Job 1: images and mask must be addresses on the web/;

const pictures = (images: unknown) => batchComment([{ prompt: 'A cup', images }]);

/** What is wrong with a comment, the comment, and what the answer says. */
type Refused = [what: string, comment: string, reason: RegExp];

/** Refused by what reads the comment. */
export const UNREADABLE: Refused[] = [
	['no JSON', '/batch', /no block of JSON/],
	[
		'JSON that ends too early',
		'/batch\r\n```json\r\n{"jobs": [\r\n```',
		/cannot be read from its line 2, column 1 on: Unexpected end/,
	],
	[
		'a comma too many',
		'/batch\r\n```json\r\n{"jobs": [\r\n  {"prompt": "A cup",}\r\n]}\r\n```',
		/from its line 2, column 22 on/,
	],
	[
		'single quotes',
		'/batch\n```\n{"jobs": [{"prompt": \'A cup\'}]}\n```',
		/from its line 1, column 22 on: Unexpected token/,
	],
	['no jobs', batchComment([]), /no list "jobs"/],
	[
		'a folder to write to',
		'/batch\n```json\n{"jobs": [{"prompt": "A cup"}], "output_dir": "/etc"}\n```',
		/"output_dir" is for others/,
	],
	['a field that is not for comments', batchComment([{ prompt: 'A cup', kind: 'edit' }]), /field "kind"/],
	['a local file', pictures(['/etc/passwd']), ADDRESSES],
	["a file's address", pictures('file:///etc/passwd'), ADDRESSES],
	['binary data', pictures('data'), ADDRESSES],
	['the ID of a file at OpenAI', pictures(['https://example.com/a.png', 'file-abc123']), ADDRESSES],
	['a picture in the JSON', pictures('data:image/png;base64,AAAA'), ADDRESSES],
	["the address of a cloud's metadata", pictures('http://169.254.169.254/latest/meta-data'), ADDRESSES],
	[LOCAL, pictures('https://127.0.0.1/a.png'), ADDRESSES],
	['the same in IPv6', pictures('https://[::1]/a.png'), ADDRESSES],
	['the same as one number', pictures('https://0x7f000001/a.png'), ADDRESSES],
	['localhost', pictures('https://localhost/a.png'), ADDRESSES],
	["a host of a cloud's own", pictures('https://metadata.google.internal/a.png'), ADDRESSES],
	['a port', pictures('https://example.com:8080/a.png'), ADDRESSES],
	['a user that looks like the host', pictures('https://example.com\\@localhost/a.png'), ADDRESSES],
	[
		'a local file as mask',
		batchComment([{ prompt: 'A cup', mask: '/etc/passwd', images: 'https://example.com/a.png' }]),
		ADDRESSES,
	],
];

/** Refused by the batch itself. */
export const IMPOSSIBLE: Refused[] = [
	[
		'a path out of the folder',
		batchComment([{ prompt: 'A cup', output_path: '../../tool/cli/index.ts' }]),
		/leads out of the folder/,
	],
	['an unknown size', batchComment([{ prompt: 'A cup', size: 'huge' }]), /size/],
	['no prompt', batchComment([{ prompt: '' }]), /prompt/],
];

/** One of each kind: what reads them is the same in n8n and in GitHub Actions. */
export const REFUSED: Refused[] = [
	...UNREADABLE.filter(([what]) => ['no JSON', 'a comma too many', 'a local file', LOCAL].includes(what)),
	...IMPOSSIBLE,
];
