import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { solvedFormulas } from '../support/solvedFormulas';

test('[neurosat] trained on one bit a formula of 3 to 8 variables: accuracy on others of 8 over 0.8, and how many of 16 variables are solved in 8 rounds and in 32', async () => {
  const { accuracy, moreIn32 } = await overTenSeeds('neurosat', (seed) => {
    const { right, solved } = solvedFormulas(seed, [4, 8, 32]);
    return {
      accuracy: right - 0.8,
      solvedIn4: solved[0],
      solvedIn8: solved[1],
      solvedIn32: solved[2],
      moreIn32: solved[2] - solved[1]
    };
  });
  expect([accuracy.verdict, moreIn32.verdict]).toEqual(['above', 'above']);
});
