import type { Route } from '../exchange';
import { bookRoutes } from './books';
import { chatRoutes } from './chat-completions';
import { editRoutes } from './edits';
import { fileRoutes } from './files';
import { generationRoutes } from './generations';
import { modelRoutes } from './models';
import { responseRoutes } from './responses';
import { sourceRoutes } from './sources';
import { uploadRoutes } from './uploads';
import { variationRoutes } from './variations';

/** Every route of the stand-in. A new endpoint is one more file here. */
export const routes: readonly Route[] = [
	...modelRoutes,
	...generationRoutes,
	...editRoutes,
	...variationRoutes,
	...responseRoutes,
	...chatRoutes,
	...uploadRoutes,
	...fileRoutes,
	...sourceRoutes,
	...bookRoutes,
];
