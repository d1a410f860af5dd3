import { Axis } from '../../../base/core';
import type { RouterShape } from '../router';

/** The axes that routers share with what they route, D, and with what they route to, E. */
export interface RouterAxes {
  width: Axis;
  experts: Axis;
}

/** Those of a shape, made where it gives numbers. */
export function routerAxes({ width, numExperts }: Omit<RouterShape, 'random'>): RouterAxes {
  return { width: Axis.of('width', width), experts: Axis.of('experts', numExperts) };
}
