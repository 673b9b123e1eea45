import { MODELS } from './catalogue';
import type { ImageModel } from './model';

const byName = new Map(
	MODELS.flatMap((model) => [model.id, ...(model.snapshots ?? [])].map((name) => [name, model])),
);

/** The catalogue's entry for a model's id or one of its dated names; `undefined` for a model that it does not know. */
export function findModel(name: string): ImageModel | undefined {
	return byName.get(name);
}

/** Every name that the catalogue knows for the models that `holds` is true of. */
export function namesOfModels(holds: (model: ImageModel) => boolean): string[] {
	return MODELS.filter(holds).flatMap((model) => [model.id, ...(model.snapshots ?? [])]);
}
