import type { Route } from '../exchange';
import { fileRoutes } from './files';
import { generationRoutes } from './generations';
import { modelRoutes } from './models';
import { bookRoutes } from './books';

/** Every route of the stand-in. A new endpoint is one more file here. */
export const routes: readonly Route[] = [...modelRoutes, ...generationRoutes, ...fileRoutes, ...bookRoutes];
