import { adaptive, core, data, generative, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flopsOf } from '../support/images';
import { outputOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { mean, minimise } from '../support/regression';

const { Context, Random } = core;

const SIZE = { imageSize: 8, width: 8 };
const SEEDS = [1, 2];
// Of a UNet, from first to last: 1, 2, 1 + 4, 4, 1 + 2, 1.
const CONVOLUTIONS = 16;
const DEEP = (path: string): boolean => /blocks\.[12]/.test(path);

/** Rows that a UNet for flows takes: points, their time and its square. */
function rowsAt(t: number, count = 4): tf.Tensor2D {
  return tf.tidy(() => tf.concat([Random.fromSeed(1).normal([count, 64]), tf.fill([count, 1], t), tf.fill([count, 1], t * t)], 1)) as tf.Tensor2D; // prettier-ignore
}

function flopsWith(model: core.Module, { shares }: adaptive.FeatureReuse): number {
  const flops = models.moduleFlops(model, { shares: shares() });
  return [...flops.values()].reduce<number>((sum, each) => sum + (each ?? NaN), 0);
}

/** Runs of convolutions in a pass. */
function convolutions(run: () => void): number {
  let count = 0;
  const original = tf.engine().runKernel.bind(tf.engine());
  const engine = tf.engine() as unknown as { runKernel: unknown };
  engine.runKernel = (kernel: string, ...rest: unknown[]) => {
    count += kernel === 'Conv2D' ? 1 : 0;
    return (original as (...all: unknown[]) => unknown)(kernel, ...rest);
  };
  try {
    run();
  } finally {
    engine.runKernel = original;
  }
  return count;
}

describe('[a-sdm]', () => {
  test.each([
    ['block', 7],
    ['layer', 8],
    ['unit', 0]
  ] as const)('what is reused at the level of the %s is not computed, and is what it was', (level, left) => {
    const model = models.unet({ ...SIZE, seed: 1 });
    const [x, later] = [rowsAt(0.2), rowsAt(0.4)];
    const reuse = adaptive.featureReuse(model, { level, schedule: 2, wanted: level === 'unit' ? undefined : DEEP });
    const first = outputOf(model, x);
    // At least blocks 0 and 3; at the level of layers also block 1's convolution "enter", which is in none.
    expect(convolutions(() => void outputOf(model, later))).toBe(left);
    expect(convolutions(() => void outputOf(model, x))).toBe(CONVOLUTIONS);
    expect([...reuse.shares().values()].every((share) => Math.abs(share - 2 / 3) < 1e-9)).toBe(true);
    expect(outputOf(model, x)).toEqual(first);
    const fewer = x.slice([0, 0], [2, -1]);
    outputOf(model, fewer);
    expect(() => outputOf(model, x)).toThrow('restart for others than [2,');
    reuse.stop();
    expect(convolutions(() => void outputOf(model, later))).toBe(CONVOLUTIONS);
    tf.dispose([x, later, fewer]);
    model.dispose();
  });

  test('the operations are those of the modules that ran', () => {
    const model = models.unet({ ...SIZE, seed: 1 });
    const pixel = 2 * 9 * 8 * 8;
    const flops = models.moduleFlops(model);
    expect(flops.get('blocks.0.layers.0.conv1')).toBe(pixel);
    // Four times as many products at a quarter of the pixels.
    expect(flops.get('blocks.2.layers.0.conv1')).toBe(pixel);
    expect(flops.get('blocks.0.layers.0.time')).toBe((2 * 2 * 8) / 64);
    const reuse = adaptive.featureReuse(model, { level: 'block', schedule: (step) => step === 0, wanted: DEEP });
    const x = rowsAt(0.5);
    [1, 2, 3, 4].forEach(() => outputOf(model, x));
    const deep = [...flops].reduce((sum, [path, each]) => sum + (DEEP(path) ? each! : 0), 0);
    expect(flopsWith(model, reuse)).toBeCloseTo(flopsOf(model) - 0.75 * deep, 6);
    reuse.stop();
    x.dispose();
    model.dispose();
  });

  test("a convolution with the experts' merged kernel is the sum of their convolutions", () => {
    const shape = { experts: 4, inputs: 3, outputs: 5, random: Random.fromSeed(2) };
    const layer = moe.expertConv({ ...shape, router: routers.soft({ slots: 1 }) });
    const top = moe.expertConv({ ...shape, router: routers.topK({ k: 2 }) });
    const x = Random.fromSeed(3).normal([6, 8, 8, 3]) as tf.Tensor4D;
    [layer, top].forEach((conv) => {
      const expected = tf.tidy(() => {
        const ctx = Context.create();
        const weights = routers.denseWeights(conv.router.route(x.mean<tf.Tensor2D>([1, 2]), ctx));
        const kernels = conv.kernels.read().unstack() as tf.Tensor4D[];
        const parts = kernels.map((kernel, e) => tf.conv2d(x, kernel, 1, 'same').mul(weights.slice([0, e], [-1, 1]).reshape([6, 1, 1, 1]))); // prettier-ignore
        return tf.addN(parts).dataSync();
      });
      expectClose(outputOf(conv, x), expected, 1e-5);
    });
    // Not the same kernel for each image.
    const merged = tf.tidy(() => top.merge(tf.tensor2d([[1, 0, 0, 0], [0, 1, 0, 0]])).unstack().map((each) => each.dataSync())); // prettier-ignore
    expect(merged[0]).not.toEqual(merged[1]);
    expect(layer.ownFlops({ length: 64 })).toBe(2 * 9 * 3 * 5 * (1 + 4 / 64));
    expectNoLeak(() => void outputOf(layer, x));
    const records: core.RoutingRecord[] = [];
    const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
    tf.tidy(() => void top.apply(x, ctx));
    ctx.dispose();
    expect(records.map(({ numTokens, k }) => [numTokens, k])).toEqual([[6, 2]]);
    x.dispose();
    [layer, top].forEach((conv) => conv.dispose());
  });

  describe('on digits', () => {
    let points: tf.Tensor2D;
    let nets: models.Unet[];
    let runs: { full: number; again: number; reused: number; share: number }[];

    beforeAll(async () => {
      const { train } = data.digits();
      points = tf.tidy(() => tf.tensor2d(train.images, [train.count, 64]).mul(2).sub(1));
      nets = SEEDS.map((seed) => models.unet({ ...SIZE, seed }));
      runs = [];
      for (const [i, network] of nets.entries()) {
        const seed = SEEDS[i];
        const flow = await generative.trainFlow(points, {
          network,
          seed,
          steps: 100,
          batchSize: 64,
          learningRate: 4e-3
        });
        const draw = (schedule: number) => {
          const reuse = adaptive.featureReuse(network, { level: 'block', schedule, wanted: DEEP });
          const sampled = generative.sample(flow.at, {
            count: 300,
            width: 64,
            steps: 24,
            random: Random.fromSeed(seed)
          });
          const discrepancy = Math.sqrt(generative.mmd(sampled, points));
          const [share, first] = [flopsWith(network, reuse) / flopsOf(network), sampled.dataSync()];
          reuse.stop();
          sampled.dispose();
          return { discrepancy, share, first };
        };
        const plain = generative.sample(flow.at, { count: 300, width: 64, steps: 24, random: Random.fromSeed(seed) });
        const full = Math.sqrt(generative.mmd(plain, points));
        const [every, second] = [draw(1), draw(2)];
        expect(every.first).toEqual(plain.dataSync());
        expect(second.first).not.toEqual(every.first);
        plain.dispose();
        runs.push({ full, again: every.discrepancy, reused: second.discrepancy, share: second.share });
      }
    }, 240_000);
    afterAll(() => {
      points.dispose();
      nets.forEach((net) => net.dispose());
    });

    test('reused every second step, the deep half of the network costs 30 % less and the samples are about as good', () => {
      runs.forEach(({ full, again, share }) => {
        expect(again).toBe(full);
        expect(share).toBeLessThan(0.7);
      });
      // Noise is at 0.46.
      expect(mean(runs.map(({ full }) => full))).toBeLessThan(0.25);
      expect(mean(runs.map(({ full, reused }) => reused / full - 1))).toBeLessThan(0.1);
    });

    test('a lighter network of its blocks comes nearer to it by its features, and can lead a part of the way', () => {
      const [teacher] = nets;
      const layers = [1, 1, 1, 1] as const;
      const student = models.assembleUnet(teacher, { layers });
      expect(flopsOf(student)).toBeLessThan(0.8 * flopsOf(teacher));
      student.parameters().forEach(({ variable }, path) => {
        expect(variable.dataSync(), path).toEqual(teacher.parameters().get(path)!.variable.dataSync());
      });
      const x = rowsAt(0.6, 64);
      const paths = ['blocks.0', 'blocks.1', 'blocks.2', 'blocks.3', ''];
      const distance = (): number =>
        tf.tidy(() => adaptive.featureDistance(teacher, student, { paths, x }).dataSync()[0]);
      const before = distance();
      const values = [...teacher.parameters().values()].map(({ variable }) => variable.dataSync());
      minimise(student, () => adaptive.featureDistance(teacher, student, { paths, x }), {
        steps: 25,
        learningRate: 5e-3
      });
      expect(distance()).toBeLessThan(0.5 * before);
      expect([...teacher.parameters().values()].map(({ variable }) => variable.dataSync())).toEqual(values);
      expectNoLeak(() => void distance());
      // For half of the steps the light network leads.
      const draw = (velocity: generative.Velocity): tf.Tensor2D =>
        generative.sample(velocity, { count: 64, width: 64, steps: 8, random: Random.fromSeed(5) });
      const [whole, light] = [teacher, student].map((network) => generative.velocityOf(network));
      const stages = (first: generative.Velocity, later: generative.Velocity): generative.Velocity =>
        generative.switchFlows([{ from: 0, velocity: first }, { from: 0.5, velocity: later }]); // prettier-ignore
      const runs = [whole, stages(whole, whole), light, stages(light, whole)].map((velocity) => {
        const sampled: tf.Tensor2D[] = [];
        const count = convolutions(() => void sampled.push(draw(velocity)));
        return { count, sampled: sampled[0] };
      });
      const [full, same, lightly, switched] = runs;
      expect(same.sampled.dataSync()).toEqual(full.sampled.dataSync());
      expect(full.count).toBe(8 * CONVOLUTIONS);
      expect(switched.count).toBe((full.count + lightly.count) / 2);
      const away = ({ sampled }: (typeof runs)[number]): number =>
        tf.tidy(() => sampled.sub(full.sampled).square().mean().dataSync()[0]);
      expect(away(switched)).toBeGreaterThan(0);
      expect(away(switched)).toBeLessThan(away(lightly));
      expect(() => generative.switchFlows([{ from: 0.1, velocity: whole }])).toThrow('must begin at 0');
      tf.dispose(runs.map(({ sampled }) => sampled));
      expect(() => models.assembleUnet(student, { layers: [1, 2, 1, 1] })).toThrow('block 1 must keep at most its 1 layers, got 2'); // prettier-ignore
      x.dispose();
      student.dispose();
    });
  });
});
