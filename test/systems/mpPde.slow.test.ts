import { expect, test } from 'vitest';
import { rolloutError } from '../support/burgers';
import { overTenSeeds } from '../support/paired';

/** Orders of magnitude of an error, six of which say that a rollout has run away. */
const orders = (error: number): number => Math.log10(Math.min(error, 1e6));

test('[mp-pde] 50 steps of Burgers rolled out from other starts: orders of magnitude of the error after training that is pushed forward, less those without; and how many rollouts run away', async () => {
  const { orders: less, stable } = await overTenSeeds('mp-pde', (seed) => {
    const [pushed, plain] = [true, false].map((each) => rolloutError({ seed, pushed: each, steps: 800 }));
    return {
      orders: orders(pushed) - orders(plain),
      stable: Number(pushed < 1) - Number(plain < 1),
      pushedStable: Number(pushed < 1)
    };
  });
  // That pushing forward helped was not found: all rollouts run away, either way.
  expect([less.verdict, stable.mean]).toEqual(['undecided', 0]);
});
