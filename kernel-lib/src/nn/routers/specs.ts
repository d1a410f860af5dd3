import { SpecTable } from '../../base/core';
import type { RouterSpec } from './router';

/** The routers by kind: `routers.specs.of({ kind: 'top-k', options: { k: 2 } })`; your own kinds are registered here. */
export const specs = new SpecTable<RouterSpec>('router');
