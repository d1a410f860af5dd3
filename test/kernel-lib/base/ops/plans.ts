import { ops } from '@switchyard/kernel-lib';

/** Dispatches that an op must survive: name, indices, T, K, E, capacity. */
export const PLANS: { name: string; plan: ops.DispatchPlan }[] = [
  plan('dropless', [0, 1, 3, 0, 1, 3], 3, 2, 4),
  plan('an empty expert first and last', [1, 2, 2, 1], 2, 2, 4),
  plan('unused choices', [0, -1, 1, 0, -1, -1], 3, 2, 2),
  plan('all to one expert', [1, 1, 1, 1], 4, 1, 3),
  plan('every expert for each token', [0, 1, 2, 2, 0, 1], 2, 3, 3),
  plan('one token', [2], 1, 1, 3),
  plan('one expert', [0, 0, 0], 3, 1, 1),
  plan('capacity 1', [0, 1, 1, 0, 0, 1], 3, 2, 2, 1),
  // Skewed: too few experts work for padding to pay.
  plan('one of eight experts', [6, 6, 6], 3, 1, 8),
  plan('two of twelve experts', [3, 9, 3, -1, 9, 3], 3, 2, 12)
];

/** As {@link PLANS}, but nothing is left to compute. */
export const EMPTY_PLANS: { name: string; plan: ops.DispatchPlan }[] = [
  plan('capacity 0', [0, 1, 1, 0], 2, 2, 2, 0),
  plan('no tokens', [], 0, 2, 3)
];

function plan(name: string, indices: number[], numTokens: number, k: number, numExperts: number, capacity?: number) {
  return { name, plan: ops.planDispatch(Int32Array.from(indices), { numTokens, k, numExperts, capacity }) };
}
