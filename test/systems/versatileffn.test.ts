import { adaptive, core, layers, models, moe, routers, tf, train as training } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const { Context, Random } = core;

const SHAPE = { width: 24, hidden: 32, subExperts: 4, k: 2, maxSteps: 3 };

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
});
