/** A label at the beginning of a sentence: `Binary property "data"`. */
export function atStart(label: string): string {
	return label.charAt(0).toUpperCase() + label.slice(1);
}

/** A message without the label that it begins with. */
export function withoutLabel(message: string, label: string): string {
	return message.startsWith(`${label}: `) ? message.slice(label.length + 2) : message;
}
