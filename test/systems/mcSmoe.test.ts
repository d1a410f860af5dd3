import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, outputOf, setValue } from '../support/networks';
import { expectClose, relativeError } from '../support/numeric';
import { makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';

const { Random } = core;

const WIDTH = 16;

describe('[m-smoe-mc-smoe]', () => {
  test('merging permuted copies of one expert is lossless after alignment, lossy without', () => {
    const network = makeNetwork({ width: WIDTH, hidden: 16, bias: false });
    const random = Random.fromSeed(3);
    const { layer } = moe.upcycle(network, { experts: 4, router: routers.topK({ k: 2 }), random });
    tf.tidy(() => {
      const order = (e: number) =>
        tf.tensor1d(random.child(e).shuffle(Array.from({ length: 16 }, (_, i) => i)), 'int32');
      for (const [name, axis] of [
        ['w1', 1],
        ['w2', 0]
      ] as const) {
        const { variable } = layer.parameters().get(`experts.${name}`)!;
        variable.assign(tf.stack(tf.unstack(variable).map((w, e) => tf.gather(w, order(e), axis))));
      }
    });
    const tokens = random.normal([64, WIDTH]) as tf.Tensor2D;
    const expected = outputOf(layer, tokens);
    const aligned = moe.mergeExperts(layer, { groups: 1, tokens });
    expectClose(outputOf(aligned.layer, tokens), expected, 1e-6);
    const unaligned = moe.mergeExperts(layer, { groups: 1, tokens, align: 'none' });
    expect(relativeError(outputOf(unaligned.layer, tokens), expected)).toBeGreaterThan(0.01);
    tokens.dispose();
    [network, layer, aligned.layer, unaligned.layer].forEach((each) => each.dispose());
  });

  test('those chosen most take in those whose logits go most like theirs, by hand', () => {
    const layer = moe.layer({
      router: routers.topK({ k: 1, balance: {} }),
      ...{ experts: 4, width: 4, hidden: 4, random: Random.fromSeed(1) }
    });
    // Logits of experts 0 and 2 go alike over the tokens (cosine 0.49), those of 1 and 3 too (0.40), all others not at all.
    const columns = [[1, 0, 0, 0], [0, 1, 0, 0], [0.5, 0, 2, 0], [0, 0.5, 0, 2]]; // prettier-ignore
    setValue(layer, 'router.weight', () => tf.tensor2d(columns).transpose());
    const tokens = tf.oneHot(tf.tensor1d([0, 0, 0, 0, 0, 1, 1, 1, 2, 3], 'int32'), 4, 1, 0, 'float32') as tf.Tensor2D;
    const { layer: merged, report } = moe.mergeExperts(layer, { groups: 2, tokens });
    expectClose(report.frequency, [0.5, 0.3, 0.1, 0.1], 1e-6);
    expect(report.groups).toEqual([
      [0, 2],
      [1, 3]
    ]);
    tokens.dispose();
    [layer, merged].forEach((each) => each.dispose());
  });

  test('8 to 4 experts: aligned and weighed by frequency loses less than uniform', () => {
    const runs = [1, 2, 3].map((seed) => {
      const task = makePieces({ width: WIDTH, seed });
      const batches = (step: number) => task.batch(step, 256);
      const layer = moe.layer({
        router: routers.topK({ k: 2, balance: {} }),
        ...{ experts: 8, width: WIDTH, hidden: 16, random: Random.fromSeed(seed) }
      });
      regress(layer, batches, { steps: 120, seed });
      const { x: tokens, y } = task.batch(2_000_000, 512);
      const merge = (options: Partial<moe.MergeOptions>) =>
        moe.mergeExperts(layer, { groups: 4, tokens, ...options }).layer;
      const best = merge({});
      const uniform = merge({ align: 'none', weight: 'uniform' });
      const result = {
        ...{ before: errorOf(layer, batches), best: errorOf(best, batches), uniform: errorOf(uniform, batches) }
      };
      tf.dispose([tokens, y]);
      [layer, best, uniform].forEach((each) => each.dispose());
      task.dispose();
      return result;
    });
    expect(mean(runs.map(({ best, uniform }) => uniform - best))).toBeGreaterThan(0);
    // Merged experts still work: a layer that learnt nothing is at the variance of the targets.
    expect(mean(runs.map(({ before, best }) => best - before))).toBeGreaterThan(0);
  });

  test('experts with a common low-rank part have a lower stable rank merged, and compress with less loss', () => {
    const random = Random.fromSeed(5);
    const network = makeNetwork({ width: WIDTH, hidden: 32, bias: false });
    tf.tidy(() =>
      network.parameters().forEach((parameter, path) => {
        const [rows, columns] = parameter.shape;
        const [u, v] = [random.child(path).normal([rows, 3]), random.child(`${path}.v`).normal([3, columns])];
        parameter.assign(u.matMul(v).div(Math.sqrt(3 * rows)));
      })
    );
    const router = routers.topK({ k: 2 });
    const { layer } = moe.upcycle(network, { experts: 8, router, noise: 0.5, random });
    const tokens = random.normal([64, WIDTH]) as tf.Tensor2D;
    const { layer: merged } = moe.mergeExperts(layer, { groups: 4, tokens });
    const rank = (of: core.Module, path: string) =>
      tf.tidy(() => mean(tf.unstack(of.parameters().get(path)!.variable).map((w) => moe.stableRank(w as tf.Tensor2D))));
    for (const name of ['w1', 'w2']) {
      expect(rank(merged, `experts.stored.${name}`)).toBeLessThan(rank(layer, `experts.${name}`));
    }
    const [original, compressed] = [layer, merged].map((each) => moe.compressExperts(each, { rank: 3, density: 0.1 }));
    expect(mean(compressed.report.error)).toBeLessThan(0.8 * mean(original.report.error));
    expect(compressed.report.parameters.after).toBeLessThan(0.3 * layer.countParameters());
    tokens.dispose();
    [network, layer, merged, original.layer, compressed.layer].forEach((each) => each.dispose());
  });
});
