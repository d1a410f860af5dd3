import { routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';
import { choicesOf, mutualInformation, Stack } from '../support/stack';

const WIDTH = 16;
const router = (carry = true) => routers.recurrent({ k: 2, dim: 8, carry });

test('[rmoe] carried state less none, at the same size and work: information adjacent layers share, and error', async () => {
  const { shared, error } = await overTenSeeds('rmoe', (seed) => {
    const task = makePieces({ width: WIDTH, seed });
    const [carried, local] = [true, false].map((carry) => {
      const stack = new Stack({ router: router(carry), seed });
      regress(stack, (step) => task.batch(step, 128), { steps: 100, seed });
      const error = errorOf(stack, (step) => task.batch(step, 1024));
      const { x, y } = task.batch(1_000_000, 1024);
      const first = choicesOf(stack, x).map((layer) => layer.map(([best]) => best));
      const shared = mean([0, 1].map((l) => mutualInformation(first[l], first[l + 1])));
      const parameters = stack.countParameters();
      tf.dispose([x, y]);
      stack.dispose();
      return { error, shared, parameters };
    });
    task.dispose();
    expect(carried.parameters).toBe(local.parameters);
    return { shared: carried.shared - local.shared, error: carried.error / local.error - 1 };
  });
  expect([shared.verdict, error.verdict]).toEqual(['above', 'below']);
});

test('[rmoe] error less that with top-k routers and experts as much wider as costs the same, as a share of it', async () => {
  const { error } = await overTenSeeds('rmoe against top-k', (seed) => {
    const task = makePieces({ width: WIDTH, seed });
    // The recurrent router costs 896 operations a token more, which is 7 columns of two experts.
    const stacks = [
      new Stack({ router: router(), seed }),
      new Stack({ router: routers.topK({ k: 2 }), hidden: 23, seed })
    ];
    const [own, plain] = stacks.map((stack) => {
      regress(stack, (step) => task.batch(step, 128), { steps: 100, seed });
      return { error: errorOf(stack, (step) => task.batch(step, 1024)), flops: stack.cost({ length: 1 }).flops };
    });
    expect(own.flops).toBe(plain.flops);
    [...stacks, task].forEach((each) => each.dispose());
    return { error: own.error / plain.error - 1 };
  });
  expect(error.verdict).toBe('above');
});
