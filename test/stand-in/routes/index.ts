import type { Route } from '../exchange';
import { bookRoutes } from './books';
import { editRoutes } from './edits';
import { fileRoutes } from './files';
import { generationRoutes } from './generations';
import { modelRoutes } from './models';
import { sourceRoutes } from './sources';
import { uploadRoutes } from './uploads';
import { variationRoutes } from './variations';

/** Every route of the stand-in. A new endpoint is one more file here. */
export const routes: readonly Route[] = [
	...modelRoutes,
	...generationRoutes,
	...editRoutes,
	...variationRoutes,
	...uploadRoutes,
	...fileRoutes,
	...sourceRoutes,
	...bookRoutes,
];
