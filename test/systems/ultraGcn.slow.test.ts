import { expect, test } from 'vitest';
import { lightRecall, ultraRecall } from '../support/marketRecall';
import { overTenSeeds } from '../support/paired';

test('[ultragcn] 40 steps, none of which passes a message: recall of what is held back over that of as many steps of LightGCN with three layers', async () => {
  const { overLightGcn, byConstraint } = await overTenSeeds('ultragcn', (seed) => {
    const recall = ultraRecall({}, seed, 40);
    return { overLightGcn: recall - lightRecall(3, seed, 40), byConstraint: recall - ultraRecall({ constraint: 0 }, seed, 40) }; // prettier-ignore
  });
  expect([overLightGcn.verdict, byConstraint.verdict]).toEqual(['below', 'below']);
});
