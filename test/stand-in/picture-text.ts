import type { Wishes } from './directives';

/** The text that stands for a picture in an answer: base64, or what the prompt asked for instead. */
export function pictureText(bytes: Buffer, mimeType: string, wishes: Wishes): string {
	if (wishes.has('not-base64')) return '*** this is not base64 ***';
	const content = wishes.has('not-an-image')
		? Buffer.from('This is a text and not an image, as the prompt asked.')
		: bytes;
	const prefix = wishes.has('data-url') ? `data:${mimeType};base64,` : '';
	return prefix + content.toString('base64');
}
