import type { Random, Size } from '../../base/core';
import type { RouterSpec } from '../../nn/routers';

/** Shape of an adapter with a router, once the matrix that it stands beside is known. */
export interface MixtureShape {
  /** Width of what goes in. */
  inputs: Size;
  /** Width of what comes out. */
  outputs: Size;
  /** E. */
  experts: number;
  router: RouterSpec;
  alpha: number;
  random: Random;
}
