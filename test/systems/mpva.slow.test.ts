import { expect, test } from 'vitest';
import { interventionErrors } from '../support/interventions';
import { overTenSeeds } from '../support/paired';

test('[mpva] the effect of do(s) on y, off by a share of itself, beside that of a difference of means; and the interventional gap of a classifier, with it in the loss and without', async () => {
  const found = await overTenSeeds('mpva', (seed) => {
    const { effect, conditional, plain, fair } = interventionErrors(seed);
    return {
      withinTenth: 0.1 - effect,
      nearer: conditional - effect,
      third: plain.gap / 3 - fair.gap,
      lost: plain.right - fair.right
    };
  });
  expect([found.withinTenth.verdict, found.nearer.verdict, found.third.verdict]).toEqual(['above', 'above', 'above']);
});
