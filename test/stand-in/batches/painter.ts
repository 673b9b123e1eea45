import { drawPictures } from '../drawing/picture';
import type { Picture } from '../drawing/picture';
import type { ImageOrder } from '../orders/order';

/** Where a batch's pictures come from. */
export interface Painter {
	/** An order's pictures, or what stands for them. */
	paint(order: ImageOrder, text: string): Promise<Picture[]>;
	/** A line's JSON as it goes out, with pictures in the place of what stands for them. */
	write(json: string, order: ImageOrder): Promise<Buffer[]>;
}

/** So many bytes of pictures are kept, for orders that come again. */
const mostKept = 64 * 1024 * 1024;

/** Draws pictures, and the last ones only once. */
export class DrawnPictures implements Painter {
	private readonly kept = new Map<string, Picture[]>();
	private bytes = 0;

	/** @param imageBytes about how large each picture is to be; 0 for as large as it comes */
	constructor(private readonly imageBytes: number) {}

	async paint(order: ImageOrder, text: string): Promise<Picture[]> {
		const name = nameOf(order, text);
		const known = this.kept.get(name);
		if (known) return known;
		const pictures = await drawPictures(order, { paragraphs: [text] }, this.imageBytes);
		this.keep(name, pictures);
		return pictures;
	}

	write(json: string): Promise<Buffer[]> {
		return Promise.resolve([Buffer.from(json)]);
	}

	private keep(name: string, pictures: Picture[]): void {
		if (this.kept.has(name)) return;
		this.kept.set(name, pictures);
		this.bytes += sizeOf(pictures);
		for (const [oldest, others] of this.kept) {
			if (this.bytes <= mostKept) return;
			this.kept.delete(oldest);
			this.bytes -= sizeOf(others);
		}
	}
}

/** One picture for all orders of a size and a format. A line has it only as it goes out. */
export class SyntheticPictures implements Painter {
	private readonly texts = new Map<string, Promise<Buffer>>();

	/** @param imageBytes about how large each picture is to be */
	constructor(private readonly imageBytes: number) {}

	paint({ n }: ImageOrder): Promise<Picture[]> {
		const picture = { bytes: placeholder, mimeType: 'image/png', extension: 'png', partials: [] };
		return Promise.resolve(Array.from({ length: n }, () => picture));
	}

	async write(json: string, order: ImageOrder): Promise<Buffer[]> {
		const picture = await this.text(order);
		return json
			.split(placeholderText)
			.flatMap((part, at) => [...(at > 0 ? [picture] : []), Buffer.from(part)]);
	}

	/** In base64. */
	private text(order: ImageOrder): Promise<Buffer> {
		const { width, height, outputFormat } = order;
		const name = `${width}x${height} ${outputFormat}`;
		const made = this.texts.get(name) ?? this.draw(order);
		this.texts.set(name, made);
		return made;
	}

	private async draw(order: ImageOrder): Promise<Buffer> {
		const inscription = { paragraphs: ['Synthetic'] };
		const [picture] = await drawPictures({ ...order, n: 1, inputs: null }, inscription, this.imageBytes);
		return Buffer.from(picture?.bytes.toString('base64') ?? '');
	}
}

/** Its base64 is nothing but letters and digits, and nobody's prompt. */
const placeholder = Buffer.from('in the place of a picture; 83bd');
const placeholderText = placeholder.toString('base64');

function nameOf({ inputs, model, ...order }: ImageOrder, text: string): string {
	const { images = [], mask = null, markup = null, kind = null } = inputs ?? {};
	const sums = [...images, mask, markup].map((input) => input?.sha256 ?? null);
	return JSON.stringify([text, model.id, order, kind, sums]);
}

function sizeOf(pictures: Picture[]): number {
	return pictures.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
