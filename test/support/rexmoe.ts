import { core, moe, routers } from '@switchyard/kernel-lib';

export const WIDTH = 16;
/** Of one layer. */
export const EXPERTS = 4;
export const SHAPE = { experts: EXPERTS, width: WIDTH, hidden: 8 };

/** Layers that share their experts, each with a pool that grows over training: what is tested and what is measured. */
export function group(size: number, seed: number, { to = size * EXPERTS, steps = 60 } = {}): moe.SharedGroup {
  const router = (order: number[]) => routers.progressivePool({ k: 2, order, from: EXPERTS, to, steps });
  return moe.sharedGroup({ ...SHAPE, group: size, router, random: core.Random.fromSeed(seed) });
}
