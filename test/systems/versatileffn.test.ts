import { adaptive, core, layers, models, moe, ops, routers, tf, train as training } from '@switchyard/kernel-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { mean, minimise } from '../support/regression';

const { Context, Random } = core;

const SHAPE = { width: 24, hidden: 32, subExperts: 4, k: 2, maxSteps: 3 };
const SEEDS = [1, 2, 3];
const [EXPLORE, LEARN] = [200, 100];

function build(changes: Partial<adaptive.VersatileFFNOptions> = {}, seed = 1): adaptive.VersatileFFN {
  return adaptive.versatileFFN({ ...SHAPE, random: Random.fromSeed(seed), ...changes });
}

/** What the layer makes of tokens that all take this many steps. */
function atDepth(layer: core.Module, x: tf.Tensor, steps: number): tf.Tensor {
  const ctx = Context.create();
  ctx.setState(adaptive.PATHS, tf.fill([x.shape[0], 1], steps - 1, 'int32'));
  const out = tf.tidy(() => layer.apply(x, ctx));
  ctx.dispose();
  return out;
}

const COLUMNS = 22;

/** Half of the tokens ask for their first digit, half for the last digit of the sum of both. */
function digitsBatch(seed: number, step: number, count: number) {
  const next = Random.fromSeed(seed).child('digits').child(step).generator();
  const values = new Float32Array(count * COLUMNS);
  const answers = Int32Array.from({ length: count }, (_, t) => {
    const [a, b] = [0, 0].map(() => Math.floor(next() * 10));
    [a, 10 + b, 20 + (t % 2)].forEach((column) => (values[t * COLUMNS + column] = 1));
    return t % 2 === 0 ? a : (a + b) % 10;
  });
  return { x: tf.tensor2d(values, [count, COLUMNS]), y: tf.tensor1d(answers, 'int32') };
}

/** `x + middle(norm(x))` between two linear maps. */
class Reader extends core.Module {
  readonly kind = 'reader';

  constructor(seed: number, middle: core.Module) {
    super();
    const random = Random.fromSeed(seed).child('reader');
    const { width } = SHAPE;
    this.addChild(
      'input',
      new layers.Linear({ inputWidth: COLUMNS, outputWidth: width, random: random.child('input') })
    );
    this.addChild('norm', new layers.RMSNorm({ width }));
    this.addChild('middle', middle);
    this.addChild('output', new layers.Linear({ inputWidth: width, outputWidth: 10, random: random.child('output') }));
  }

  apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    const run = (name: string, y: tf.Tensor) => this.children.get(name)!.apply(y, ctx.within(name));
    return tf.tidy(() => {
      const tokens = run('input', x);
      return run('output', tokens.add(run('middle', run('norm', tokens))));
    });
  }
}

function train(model: core.Module, seed: number, from: number, steps: number, learningRate: number): void {
  const loss = (ctx: core.Context, step: number): tf.Tensor => {
    const { x, y } = digitsBatch(seed, from + step, 128);
    return ops.crossEntropy(model.apply(x, ctx) as tf.Tensor2D, y).mean();
  };
  minimise(model, loss, { steps, learningRate, seed: seed + from });
}

/** Loss, and the steps of tokens that copy and of those that sum. */
function measure(model: core.Module, seed: number) {
  const { x, y } = digitsBatch(seed, 1e6, 1000);
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  const loss = tf.tidy(() => ops.crossEntropy(model.apply(x, ctx) as tf.Tensor2D, y).mean().dataSync()[0]); // prettier-ignore
  ctx.dispose();
  tf.dispose([x, y]);
  const chosen = Array.from(records.find(({ path }) => path === 'middle.deep')?.indices ?? []);
  const steps = [0, 1].map((task) => chosen.filter((_, t) => t % 2 === task).map((index) => index + 1));
  return { loss, copy: steps[0], sum: steps[1] };
}

/** Welch's statistic of two means. */
function welch(a: readonly number[], b: readonly number[]): number {
  const error = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2)) / (values.length - 1); // prettier-ignore
  return (mean(a) - mean(b)) / Math.sqrt(error(a) + error(b));
}

describe('[versatileffn]', () => {
  test('its parameters are those of the dense network and of two routers', () => {
    const layer = build();
    const dense = new layers.FeedForward({ width: 24, hidden: 32, bias: false, random: Random.fromSeed(1) });
    expect([...layer.parameters().keys()]).toEqual(['base.w1.weight', 'base.w2.weight', 'wide.router.weight', 'deep.router.weight']); // prettier-ignore
    expect(layer.countParameters()).toBe(dense.countParameters() + 24 * 4 + 24 * 3);
    // Half of the network wide; one, two or three times the network deep; two routers.
    const network = 4 * 24 * 32;
    const all = [...models.moduleFlops(layer).values()].reduce<number>((sum, flops) => sum + (flops ?? NaN), 0);
    expect(all).toBe(network * (2 / 4 + 2) + 2 * 24 * (4 + 3));
    [layer, dense].forEach((module) => module.dispose());
  });

  test('slices of the network together are the network, and so is one step', () => {
    const base = new layers.FeedForward({ width: 6, hidden: 8, bias: false, random: Random.fromSeed(1) });
    const x = makeTokens(10);
    const options = { width: 6, hidden: 8, random: Random.fromSeed(2) };
    const wide = moe.layer({ ...options, router: routers.topK({ k: 4 }), experts: 4, expertKind: moe.sharedSlices({ base }) }); // prettier-ignore
    const expected = outputOf(base, x);
    expectClose(outputOf(wide.experts, x), expected);
    const one = build({ width: 6, hidden: 8, maxSteps: 1 });
    expectClose(outputOf(one, x), outputOf(one.base, x), 1e-6);
    expect(() => moe.sharedSlices({ base }).build({ ...options, numExperts: 3 })).toThrow('numExperts must divide the hidden width (8), got 3'); // prettier-ignore
    x.dispose();
    [base, wide, one].forEach((module) => module.dispose());
  });

  test('each step adds what the network makes of all before, and only tokens that go on are worked on', () => {
    const layer = build({ width: 6, hidden: 8 });
    const { base, deep } = layer;
    const x = makeTokens(9);
    const f = (y: tf.Tensor): tf.Tensor => base.apply(y, Context.create());
    const rows = [f(x)];
    [1, 2].forEach((r) => rows.push(tf.tidy(() => rows[r - 1].add(f(x.add(rows[r - 1]))))));
    rows.forEach((expected, r) => {
      const out = atDepth(deep, x, r + 1);
      expectClose(out, expected, 1e-5);
      out.dispose();
    });
    // Three tokens each of one, two and three steps: 9, 6 and 3 rows reach the network.
    const reached: number[] = [];
    const unwrap = base.intercept((inner, y) => {
      reached.push(y.shape[0]);
      return inner(y);
    });
    const ctx = Context.create();
    ctx.setState(adaptive.PATHS, tf.tensor2d([2, 0, 1, 1, 0, 2, 0, 1, 2], [9, 1], 'int32'));
    const mixed = tf.tidy(() => deep.apply(x, ctx));
    ctx.dispose();
    unwrap();
    expect(reached).toEqual([9, 6, 3]);
    const wanted = tf.tidy(() =>
      tf.stack([2, 0, 1, 1, 0, 2, 0, 1, 2].map((r, t) => rows[r].slice([t, 0], [1, -1]).flatten()))
    );
    expectClose(mixed, wanted, 1e-5);
    tf.dispose([x, mixed, wanted, ...rows]);
    layer.dispose();
  });

  test('the gate gives the deep path the share of steps that its router expects', () => {
    const layer = build({ width: 6, hidden: 8 });
    // Always three steps, and always one.
    [[0, 0, 50], [50, 0, 0]].forEach((columns, i) => {
      const x = tf.tidy(() => makeTokens(10).abs());
      setValue(layer, 'deep.router.weight', () => tf.tensor2d([columns], [1, 3]).tile([6, 1]));
      const [deep, wide] = [layer.deep, layer.wide].map((path) => outputOf(path, x));
      const share = i === 0 ? 1 : 1 / 3;
      expectClose(outputOf(layer, x), deep.map((value, at) => share * value + (1 - share) * wide[at])); // prettier-ignore
      x.dispose();
    }); // prettier-ignore
    const x = makeTokens(10);
    expectNoLeak(() => void outputOf(layer, x));
    expectNoLeak(() => void outputOf(layer, x, true));
    x.dispose();
    layer.dispose();
  });

  describe('a transformer of it', () => {
    const [L, D, H, N, V] = [2, 16, 32, 8, 256];
    const size = { layers: L, width: D, heads: 2, contextLength: N, vocabSize: V, seed: 1 };
    const attention = 8 * D ** 2 + 4 * N * D;

    /** A pass over one sequence; [L] steps of all its tokens where told. */
    function pass(model: models.Transformer, steps: number[] | null = null): core.RoutingRecord[] {
      const records: core.RoutingRecord[] = [];
      const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
      tf.tidy(() => {
        if (steps !== null) {
          ctx.setState(adaptive.PATHS, tf.tensor2d([steps.map((count) => count - 1)], [1, L], 'int32').tile([N, 1]));
        }
        model.apply(tf.range(0, N, 1, 'int32').expandDims(0), ctx);
      });
      ctx.dispose();
      return records;
    }

    test('stores what a dense one does and the routers; what it spends is counted by hand', () => {
      const [model, dense] = [
        models.versatileFFN({ ...size, hidden: H }),
        models.denseTransformer({ ...size, hidden: H })
      ];
      expect(model.countParameters()).toBe(dense.countParameters() + L * D * (4 + 3));
      const network = 4 * D * H;
      const routing = 2 * D * (4 + 3);
      // Half of a network wide; one to three times the network deep, each as likely.
      expect(models.activeFlops(model)).toBe(L * (attention + network * (1 / 2 + 2) + routing) + 2 * D * V);
      // One step in the first block and three in the second; each block is told its own.
      const reached: number[] = [];
      const undo = [0, 1].map((block) =>
        model.modules().get(`layers.${block}.feedForward.base`)!.intercept((inner, x) => {
          reached.push(x.shape[0]);
          return inner(x);
        })
      ); // prettier-ignore
      const records = pass(model, [1, 3]);
      expect(reached).toEqual([N, N, N, N]);
      const executed = L * (attention + network / 2 + routing) + network * (1 + 3) + 2 * D * V;
      expect(models.activeFlops(model, { records })).toBe(executed);
      undo.forEach((takeOff) => takeOff());
      const twin = models.denseTwin(model);
      expect(Math.abs(models.activeFlops(twin) - models.activeFlops(model))).toBeLessThanOrEqual(L * 4 * D);
      expectNoLeak(() => void pass(model));
      [model, dense, twin].forEach((each) => each.dispose());
    });

    test('is trained at random depths, then with depths chosen: where they cost much, one step is left', async () => {
      const model = models.versatileFFN({ ...size, hidden: H, budget: 0, budgetLoss: 10 });
      const text = makeLanguage({ domains: 1 });
      const quiet = { seed: 1, batchSize: 8, evaluateEvery: 0, progress: false };
      const { losses } = await training.fit(model, text, { ...quiet, steps: 60, learningRate: 1e-2 });
      expect(losses.at(-1)!).toBeLessThan(losses[0] - 1);
      adaptive.trainOnlyRouters(model)();
      await training.fit(model, text, { ...quiet, steps: 40, learningRate: 1e-2 });
      const deep = pass(model).filter(({ path }) => path.endsWith('.deep'));
      expect(deep.map(({ path }) => path)).toEqual(['layers.0.feedForward.deep', 'layers.1.feedForward.deep']);
      // Of a third each at random.
      deep.forEach(({ importance }) => expect(importance[0] / N).toBeGreaterThan(0.6));
      model.dispose();
    });
  });

  describe('on tokens that copy a digit and tokens that sum two', () => {
    let runs: { dense: number; loss: number; copy: number[]; sum: number[] }[];
    beforeAll(() => {
      runs = SEEDS.map((seed) => {
        const random = Random.fromSeed(seed).child('middle');
        // As many parameters, and a few more: 3.5 hidden units are the routers'.
        const dense = new Reader(seed, new layers.FeedForward({ width: 24, hidden: 36, bias: false, random }));
        train(dense, seed, 0, EXPLORE, 0.01);
        train(dense, seed, EXPLORE, LEARN, 0.003);
        const model = new Reader(seed, build({ budget: 0, budgetLoss: 0.1, random }));
        train(model, seed, 0, EXPLORE, 0.01);
        adaptive.trainOnlyRouters(model)();
        train(model, seed, EXPLORE, LEARN, 0.003);
        const run = { dense: measure(dense, seed).loss, ...measure(model, seed) };
        [dense, model].forEach((module) => module.dispose());
        return run;
      });
    }, 240_000);

    test('those that sum go deeper', () => {
      const [copy, sum] = [runs.flatMap((run) => run.copy), runs.flatMap((run) => run.sum)];
      // One-sided, over tokens: p < 0.01.
      expect(welch(sum, copy)).toBeGreaterThan(2.33);
      expect(runs.filter((run) => mean(run.sum) > mean(run.copy)).length).toBeGreaterThanOrEqual(2);
    });

    test('both are learnt, though not better than by a dense network', () => {
      expect(mean(runs.map(({ dense }) => dense))).toBeLessThan(0.05);
      expect(mean(runs.map(({ loss }) => loss))).toBeLessThan(0.1);
    });
  });
});
