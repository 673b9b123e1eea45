/** A label at the beginning of a sentence: `Binary property "data"`. */
export function atStart(label: string): string {
	return label.charAt(0).toUpperCase() + label.slice(1);
}
