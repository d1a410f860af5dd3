import { expect, test } from 'vitest';
import { lightRecall, ultraRecall } from '../support/marketRecall';
import { overTenSeeds } from '../support/paired';

test('[ultragcn] 40 steps, none of which passes a message: recall of what is held back over that of as many steps of LightGCN with three layers', async () => {
  const found = await overTenSeeds('ultragcn', (seed) => {
    const light = lightRecall(3, seed, 40);
    const few = ultraRecall({}, seed, 40);
    // Twenty items that go with each in place of five, at sixteen times the weight.
    const many = ultraRecall({ k: 20, similarity: 16 }, seed, 40);
    return {
      few: few - light,
      many: many - light,
      byConstraint: few - ultraRecall({ constraint: 0 }, seed, 40),
      manyOverFew: many - few
    };
  });
  expect([found.few.verdict, found.byConstraint.verdict, found.manyOverFew.verdict]).toEqual([
    'below',
    'below',
    'above'
  ]);
});
