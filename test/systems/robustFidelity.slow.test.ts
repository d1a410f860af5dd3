import { expect, test } from 'vitest';
import { fidelityOrders } from '../support/motifs';
import { overTenSeeds } from '../support/paired';

/** Where a network says the same of everything, as some that learnt nothing do, there is no order. */
const order = (correlation: number): number => (Number.isNaN(correlation) ? 0 : correlation);

test('[robust-fidelity] motifs on trees, degraded step by step: rank correlation of robust fidelities with the degradation, over that of removing all at once', async () => {
  const { plus, minus } = await overTenSeeds('robust-fidelity', (seed) => {
    const { accuracy, robust, original } = fidelityOrders(seed);
    return {
      accuracy,
      robustPlus: order(robust.plus),
      robustMinus: order(robust.minus),
      plus: order(robust.plus) - order(original.plus),
      minus: order(robust.minus) - order(original.minus)
    };
  });
  expect([plus.verdict, minus.verdict]).toEqual(['undecided', 'above']);
});
