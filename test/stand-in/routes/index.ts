import type { Route } from '../exchange';
import { accountFileRoutes } from './account-files';
import { batchRoutes } from './batches';
import { bookRoutes } from './books';
import { chatRoutes } from './chat-completions';
import { clockworkRoutes } from './clockwork';
import { editRoutes } from './edits';
import { fileRoutes } from './files';
import { generationRoutes } from './generations';
import { modelRoutes } from './models';
import { responseRoutes } from './responses';
import { sourceRoutes } from './sources';
import { variationRoutes } from './variations';

/** Every route of the stand-in. A new endpoint is one more file here. */
export const routes: readonly Route[] = [
	...modelRoutes,
	...generationRoutes,
	...editRoutes,
	...variationRoutes,
	...responseRoutes,
	...chatRoutes,
	...accountFileRoutes,
	...batchRoutes,
	...fileRoutes,
	...sourceRoutes,
	...bookRoutes,
	...clockworkRoutes,
];
