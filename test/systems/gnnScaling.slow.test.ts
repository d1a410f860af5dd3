import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { scaledLoss } from '../support/graphScaling';
import { TEN_SEEDS } from '../support/paired';

const STEPS = 150;

/** Study over an axis, printed. */
async function study(name: string, sizes: number[], run: (size: number, seed: number) => number) {
  const { law, heldOut, runs } = await graph.probes.scalingStudy({ sizes, seeds: TEN_SEEDS, run });
  const means = sizes.map((size) => runs.filter((each) => each.size === size).reduce((sum, { loss }) => sum + loss / TEN_SEEDS.length, 0)); // prettier-ignore
  console.warn(`gnn-scaling: ${name} ${sizes.map((size, i) => `${size}: ${means[i].toPrecision(3)}`).join(', ')}; exponent ${law.exponent.toPrecision(3)}, R2 ${law.rSquared.toPrecision(3)}, last size off by ${heldOut[0].error.toPrecision(2)}`); // prettier-ignore
  return { law, heldOut };
}

test('[gnn-scaling] losses by width and by graphs, over ten seeds: a power law, and how far it misses the next size', async () => {
  const width = await study('width', [2, 4, 8, 16, 32, 64], (size, seed) => scaledLoss({ width: size, count: 64, seed, steps: STEPS })); // prettier-ignore
  const data = await study('graphs', [4, 8, 16, 32, 64], (size, seed) => scaledLoss({ width: 16, count: size, seed, steps: STEPS })); // prettier-ignore
  expect(width.law.exponent).toBeGreaterThan(0);
  expect(data.law.exponent).toBeGreaterThan(0);
});
