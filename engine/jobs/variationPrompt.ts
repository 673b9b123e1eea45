/** How far a variation goes from its original. */
export const STRENGTHS = ['subtle', 'moderate', 'strong'] as const;
export type Strength = (typeof STRENGTHS)[number];

/**
 * OpenAI's own endpoint for variations is gone; a variation is an edit with a prompt that says what may change.
 * What is to stay is named first: models keep to what they are told to keep.
 */
const PROMPTS: Readonly<Record<Strength, string>> = {
	subtle:
		'Make a variation of this image. Keep its subject, composition, viewpoint, style and colours. ' +
		'Change small details only: textures, light, minor elements.',
	moderate:
		'Make a variation of this image. Keep its subject, style and mood. ' +
		'Change the composition, the viewpoint, the light and the details.',
	strong:
		'Make a free variation of this image. Keep its subject recognizable. ' +
		'Change the composition, the setting, the style, the light and the colours.',
};

/** The prompt of a variation. @param guidance what the user has to add; may be empty */
export function variationPrompt(strength: Strength, guidance: string): string {
	return guidance.trim() === '' ? PROMPTS[strength] : `${PROMPTS[strength]} ${guidance.trim()}`;
}
