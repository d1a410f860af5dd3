import { core, elastic, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, valuesOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const SIZE = { heads: 2, contextLength: 8, vocabSize: 13 };
const small = (): models.Transformer => models.denseTransformer({ ...SIZE, layers: 3, width: 6, hidden: 8, seed: 1 });
const large = (): models.Transformer => models.denseTransformer({ ...SIZE, layers: 6, width: 8, hidden: 16, seed: 2 });
const inputs = [1, 2, 3, 4].map((k) => tf.tensor2d(Array.from({ length: 16 }, (_, i) => (i * k * 5 + 3 * k) % 13), [2, 8], 'int32')); // prettier-ignore
const [ids] = inputs;
const at = (net: elastic.StitchedNet, choice: elastic.StitchChoice): Float32Array => net.run(choice, () => outputOf(net, ids)); // prettier-ignore

describe('Stitchable networks [sn-net]', () => {
  test('an anchor stitched to itself: the layers are identities, and each stitch computes what the anchor does', () => {
    const model = large();
    const twin = large();
    const positions = [0, 2, 4].map((i) => [i, i + 1] as const);
    const net = elastic.stitch({ anchors: [model, twin], positions, inputs });
    positions.forEach((_, stitch) => {
      expectClose(net.layer(stitch).weight.variable, tf.eye(8), 2e-3);
      expectClose(at(net, { stitch }), outputOf(model, ids), 5e-3);
    });
    net.dispose();
  });

  test('a stitch is the front of one, a linear layer, and the back of the other: by hand', () => {
    const [front, back] = [small(), large()];
    const net = elastic.stitch({ anchors: [front, back], inputs });
    // A third and two thirds of the depth.
    expect(net.positions).toEqual([[0, 2], [1, 4]]); // prettier-ignore
    const run = (model: core.Module, path: string, x: tf.Tensor): tf.Tensor => model.modules().get(path)!.apply(x, core.Context.create().within(path)); // prettier-ignore
    const wanted = tf.tidy(() => {
      let x = run(front, 'tokens', ids).add(run(front, 'positions', tf.range(0, 8, 1, 'int32')));
      x = run(front, 'layers.1', run(front, 'layers.0', x));
      x = run(net, 'stitch1', x);
      return run(back, 'head', run(back, 'norm', run(back, 'layers.5', run(back, 'layers.4', x)))).dataSync();
    });
    expectClose(at(net, { stitch: 1 }), wanted, 1e-6);
    expectClose(at(net, { anchor: 0 }), outputOf(front, ids), 0);
    expectClose(at(net, { anchor: 1 }), outputOf(back, ids), 0);
    // Costs lie between those of the anchors, and rise as more of the dearer runs.
    const costs = net.choices.map((choice) => net.costOf(choice, { length: 8 }));
    const flops = costs.map((each) => each.flops!);
    expect(flops).toEqual([...flops].sort((a, b) => a - b));
    expect(flops.at(-1)).toBe(models.activeFlops(back));
    const { numTensors } = tf.memory();
    at(net, { stitch: 0 });
    expect(tf.memory().numTensors).toBe(numTensors);
    expectNoLeak(() => [0, 1].forEach((stitch) => tf.dispose(net.featuresAt(stitch, ids))));
    net.dispose();
  });

  test('fitted by least squares, layers meet the features of the other best; random ones are further, and so are nudged ones', () => {
    const [front, back] = [small(), large()];
    const net = elastic.stitch({ anchors: [front, back], inputs });
    const random = elastic.stitch({ anchors: [front, back], inputs, init: 'random' });
    const error = (of: elastic.StitchedNet, stitch: number, nudge = 0): number =>
      tf.tidy(() => {
        const each = inputs.map((x) => {
          const [from, to] = of.featuresAt(stitch, x);
          const weight = of.layer(stitch).weight.variable.add(core.Random.fromSeed(1).normal([6, 8]).mul(nudge));
          return from
            .reshape([-1, 6])
            .matMul(weight)
            .sub(to.reshape([-1, 8]))
            .square()
            .mean();
        });
        return tf.addN(each).dataSync()[0];
      });
    [0, 1].forEach((stitch) => {
      expect(error(net, stitch)).toBeLessThan(error(random, stitch));
      [0.02, -0.02].forEach((nudge) => expect(error(net, stitch)).toBeLessThan(error(net, stitch, nudge)));
    });
    net.dispose();
  });

  test('trained by drawn paths: each step moves what is on its path alone, and the stitches learn', () => {
    const net = elastic.stitch({ anchors: [small(), large()], inputs });
    const labels = Array.from({ length: 16 }, (_, i) => i % 13);
    const plain: train.Task<number> = {
      ...{ kind: 'plain', fixed: {}, batch: (step) => step },
      loss: (of, _batch, ctx) => {
        const logits = of.apply(ids, ctx).reshape<tf.Tensor2D>([16, 13]);
        return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(labels, 'int32'), 13), logits) as tf.Scalar;
      }
    };
    const task = elastic.stitchTask(plain, net);
    const stepper = train.stepper(net, task, { steps: 24, warmup: 0, learningRate: 0.01 });
    const drawn = new Set<string>();
    const losses = (): number[] => [0, 1].map((stitch) => net.run({ stitch }, () => tf.tidy(() => (plain.loss(net, 0, core.Context.create()) as tf.Scalar).dataSync()[0]))); // prettier-ignore
    const first = losses();
    for (let step = 1; step <= 24; step++) {
      const { choice } = task.batch(step, 0);
      drawn.add(JSON.stringify(choice));
      const before = valuesOf(net);
      stepper.step();
      const moved = Object.entries(valuesOf(net)).filter(([path, values]) => values.some((value, i) => value !== before[path][i])); // prettier-ignore
      const outside = moved.filter(([path]) => ('anchor' in choice ? !path.startsWith(`anchor${choice.anchor}.`) : path.startsWith('stitch') && !path.startsWith(`stitch${choice.stitch}.`))); // prettier-ignore
      expect(outside.map(([path]) => path)).toEqual([]);
      if ('stitch' in choice) {
        expect(moved.some(([path]) => path === `stitch${choice.stitch}.weight`)).toBe(true);
        expect(moved.some(([path]) => path.startsWith('anchor0.layers.2.') || path.startsWith('anchor1.layers.0.'))).toBe(false); // prettier-ignore
        expect(moved.some(([path]) => path.startsWith('anchor0.layers.0.'))).toBe(true);
      }
    }
    expect(drawn.size).toBe(4);
    losses().forEach((loss, i) => expect(loss).toBeLessThan(first[i]));
    stepper.dispose();
    net.dispose();
  });

  test('what is refused', () => {
    const anchors = [small(), large()] as const;
    expect(() => elastic.stitch({ anchors, inputs, positions: [[3, 0]] })).toThrow('elastic.stitch: a position in the first anchor must be an integer 0..2, got 3'); // prettier-ignore
    const mlp = models.mlp({ inputWidth: 2, hidden: [2], outputWidth: 2 });
    expect(() => elastic.stitch({ anchors: [mlp, anchors[1]], inputs })).toThrow('elastic.stitch: anchors must be stacks of blocks that keep their tokens, got mlp'); // prettier-ignore
    const net = elastic.stitch({ anchors, inputs });
    expect(() => net.run({ stitch: 2 }, () => 0)).toThrow('elastic.stitch: stitch must be an integer 0..1, got 2');
    [net, mlp].forEach((each) => each.dispose());
  });
});
