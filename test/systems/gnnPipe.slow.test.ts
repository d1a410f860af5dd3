import { expect, test } from 'vitest';
import { historyAccuracy } from '../support/historyAccuracy';
import { overTenSeeds } from '../support/paired';

/** While the rate falls, what was heard late comes near to what is. */
const FALLING = { learningRate: 0.01, schedule: 'cosine' } as const;

test('[gnnpipe] eight layers trained on history in four chunks: accuracy over that of exact training, with a hundredth added', async () => {
  const { withinOne } = await overTenSeeds('gnnpipe', (seed) => {
    const [exact, late] = [1, 4].map((parts) =>
      historyAccuracy({ parts, seed, steps: 150, layers: 8, size: 200, ...FALLING })
    );
    return { exact, gap: late - exact, withinOne: late - exact + 0.01 };
  });
  expect(withinOne.verdict).toBe('above');
});
