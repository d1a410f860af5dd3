import { expect, test } from 'vitest';
import { oneShot } from '../support/oneShot';
import { overTenSeeds } from '../support/paired';

test('[llm4ng] one known node of each class: accuracy with written nodes over that without, and over that with edges of chance', async () => {
  const { overNone, overChance } = await overTenSeeds('llm4ng', (seed) => {
    const { none, predicted, random } = oneShot(seed);
    return { overNone: predicted - none, overChance: predicted - random };
  });
  expect([overNone.verdict, overChance.verdict]).toEqual(['above', 'above']);
});
