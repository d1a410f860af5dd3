import { expect, test } from 'vitest';
import { fidelityOrders } from '../support/motifs';
import { overTenSeeds } from '../support/paired';

test('[robust-fidelity] motifs on trees, degraded step by step: rank correlation of robust fidelities with the degradation, over that of removing all at once', async () => {
  const { plus, minus } = await overTenSeeds('robust-fidelity', (seed) => {
    const { accuracy, robust, original } = fidelityOrders(seed);
    return {
      accuracy,
      robustPlus: robust.plus,
      robustMinus: robust.minus,
      plus: robust.plus - original.plus,
      minus: robust.minus - original.minus
    };
  });
  expect([plus.verdict, minus.verdict]).toEqual(['above', 'above']);
});
