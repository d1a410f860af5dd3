import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { expectClose, expectNoLeak, finiteDifferences } from '../../support/numeric';

const { Context, Random } = core;

const WIDTH = 5;
const HIDDEN = 7;
const EXPERTS = 4;
const TOKENS = 10;

function makeLayer(options: Partial<moe.MoeLayerOptions> = {}): moe.MoeLayer {
  return moe.layer({
    router: routers.topK({ k: 2 }),
    numExperts: EXPERTS,
    width: WIDTH,
    hidden: HIDDEN,
    random: Random.fromSeed(1),
    ...options
  });
}

function tokens(shape = [TOKENS, WIDTH], seed = 2): tf.Tensor {
  return Random.fromSeed(seed).normal(shape);
}

/** Routes every token as it is told; for what a learned router does not do on demand. */
function fixedRouter(routing: (numTokens: number, numExperts: number) => Partial<routers.SparseRouting>, k = 1) {
  class Fixed extends core.Module implements routers.Router {
    readonly kind = 'fixed';
    readonly k = k;
    constructor(readonly numExperts: number) {
      super();
    }
    apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
      return this.route(x as tf.Tensor2D, ctx).probs;
    }
    route(x: tf.Tensor2D, _ctx: core.Context): routers.Routing {
      const [numTokens] = x.shape;
      const { numExperts } = this;
      const even = tf.fill([numTokens, numExperts], 1 / numExperts) as tf.Tensor2D;
      const indices = tf.zeros([numTokens, k], 'int32') as tf.Tensor2D;
      const weights = tf.ones([numTokens, k]) as tf.Tensor2D;
      const base = { form: 'sparse' as const, k, numTokens, numExperts, probs: even, logits: even, indices, weights };
      return { ...base, ...routing(numTokens, numExperts) };
    }
  }
  return { kind: 'fixed', options: {}, build: ({ numExperts }: routers.RouterShape) => new Fixed(numExperts) };
}

function observed(layer: core.Module, x: tf.Tensor): core.RoutingRecord {
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observer: { observe: (record) => records.push(record) } });
  layer.apply(x, ctx.within('layers').within('0')).dispose();
  ctx.dispose();
  expect(records).toHaveLength(1);
  return records[0];
}

afterEach(() => vi.restoreAllMocks());

describe.each(['plain', 'gated', moe.plainExperts({ bias: true, activation: 'silu' })] as const)(
  'experts %o',
  (experts) => {
    test('one expert alone is a feed-forward network', () => {
      const layer = makeLayer({ experts, numExperts: 1, router: routers.topK({ k: 1 }) });
      const x = tokens();
      tf.tidy(() => {
        const w = (name: string) => layer.parameters().get(`experts.${name}`)?.variable.squeeze([0]) as tf.Tensor2D;
        const inner = x.matMul(w('w1'));
        const hidden =
          experts === 'gated'
            ? inner.mul(inner.sigmoid()).mul(x.matMul(w('w3')))
            : experts === 'plain'
              ? inner.mul(inner.div(Math.SQRT2).erf().add(1).div(2))
              : inner.mul(inner.sigmoid());
        expectClose(layer.apply(x, Context.create()), hidden.matMul(w('w2')), 1e-5);
      });
      x.dispose();
      layer.dispose();
    });

    test('gradients agree with finite differences', () => {
      const layer = makeLayer({ experts, sharedExperts: 1, router: routers.topK({ k: EXPERTS }) });
      const x = tokens([4, WIDTH]);
      const target = tokens([4, WIDTH], 3);
      const loss = () => tf.tidy(() => layer.apply(x, Context.create()).mul(target).sum() as tf.Scalar);
      const { value, grads } = tf.variableGrads(loss);
      for (const [path, { variable }] of layer.parameters()) {
        const initial = variable.clone();
        const numeric = finiteDifferences((w) => (variable.assign(w), loss()), initial);
        variable.assign(initial);
        expect(grads[variable.name], path).toBeDefined();
        expectClose(grads[variable.name], numeric, 5e-3);
        initial.dispose();
      }
      tf.dispose([value, grads, x, target]);
      layer.dispose();
    });

    test('200 steps leave no tensor behind', () => {
      const layer = makeLayer({
        experts,
        sharedExperts: 1,
        capacityFactor: 1,
        router: routers.topK({
          k: 2,
          balance: { bias: { rate: 0.01 }, zLoss: 1e-3, loss: { convention: 'hf', coefficient: 0.01 } }
        })
      });
      const x = tokens();
      const step = (index: number) => {
        const ctx = Context.create({
          training: true,
          random: Random.fromSeed(index),
          observer: { observe: () => undefined }
        });
        const { value, grads } = tf.variableGrads(() =>
          tf.tidy(
            () => tf.addN([layer.apply(x, ctx.within('moe')).square().mean(), ...ctx.losses.values()]) as tf.Scalar
          )
        );
        tf.dispose([value, grads]);
        ctx.finish();
        ctx.dispose();
      };
      step(0);
      expectNoLeak(() => {
        for (let index = 1; index <= 200; index++) {
          step(index);
        }
      });
      x.dispose();
      layer.dispose();
    });
  }
);

describe('shape', () => {
  test('any leading shape comes back', () => {
    const layer = makeLayer();
    tf.tidy(() => {
      const x = tokens([2, 3, WIDTH]);
      const y = layer.apply(x, Context.create());
      expect(y.shape).toEqual([2, 3, WIDTH]);
      expectClose(y, layer.apply(x.reshape([6, WIDTH]), Context.create()), 1e-6);
    });
    layer.dispose();
  });

  test('parameters have the documented paths', () => {
    const layer = makeLayer({ sharedExperts: 2, experts: 'gated' });
    const shapes = Object.fromEntries([...layer.parameters()].map(([path, { shape }]) => [path, shape]));
    expect(shapes).toEqual({
      'router.weight': [WIDTH, EXPERTS],
      'experts.w1': [EXPERTS, WIDTH, HIDDEN],
      'experts.w3': [EXPERTS, WIDTH, HIDDEN],
      'experts.w2': [EXPERTS, HIDDEN, WIDTH],
      'shared.w1': [1, WIDTH, 2 * HIDDEN],
      'shared.w3': [1, WIDTH, 2 * HIDDEN],
      'shared.w2': [1, 2 * HIDDEN, WIDTH]
    });
    layer.dispose();
  });

  test('shared experts add to what is routed', () => {
    const [without, both] = [makeLayer(), makeLayer({ sharedExperts: 1 })];
    tf.tidy(() => {
      const x = tokens();
      const w = (name: string) => both.parameters().get(`shared.${name}`)?.variable.squeeze([0]) as tf.Tensor2D;
      const inner = x.matMul(w('w1'));
      const shared = inner.mul(inner.div(Math.SQRT2).erf().add(1).div(2)).matMul(w('w2'));
      expectClose(both.apply(x, Context.create()), without.apply(x, Context.create()).add(shared), 1e-5);
    });
    without.dispose();
    both.dispose();
  });

  test('a dense routing weighs every expert on every token', () => {
    const weights = (numTokens: number, numExperts: number) =>
      tf
        .range(0, numTokens * numExperts)
        .reshape([numTokens, numExperts])
        .mod(3) as tf.Tensor2D;
    const layer = makeLayer({
      router: fixedRouter((t, e) => ({ form: 'dense', weights: weights(t, e) }) as unknown as routers.SparseRouting)
    });
    tf.tidy(() => {
      const x = tokens();
      const outputs = Array.from({ length: EXPERTS }, (_, expert) => {
        const w = (name: string) =>
          layer.parameters().get(`experts.${name}`)?.variable.slice([expert], [1]).squeeze([0]) as tf.Tensor2D;
        const inner = x.matMul(w('w1'));
        const gate = weights(TOKENS, EXPERTS).slice([0, expert], [-1, 1]);
        return inner.mul(inner.div(Math.SQRT2).erf().add(1).div(2)).matMul(w('w2')).mul(gate);
      });
      expectClose(layer.apply(x, Context.create()), tf.addN(outputs), 1e-5);
      const record = observed(layer, x);
      expect(record.k).toBe(EXPERTS);
      expect(Array.from(record.indices.slice(0, 2 * EXPERTS))).toEqual([2, 1, -1, -1, 1, 0, 3, -1]);
      expect(Array.from(record.weights.slice(0, 2 * EXPERTS))).toEqual([2, 1, 0, 0, 2, 1, 1, 0]);
    });
    layer.dispose();
  });
});

describe.each([
  ['topK', routers.topK({ k: 2 })],
  ['topP', routers.topP({ p: 0.5 })],
  ['relu', routers.relu({ k: 2 })],
  ['expertChoice', routers.expertChoice({ k: 2 })],
  ['sinkhorn', routers.sinkhorn({ k: 2 })]
] as const)('with %s', (_name, router) => {
  // All experts on all tokens, weighed by what the router says.
  function denseMixture(layer: moe.MoeLayer, x: tf.Tensor2D): tf.Tensor {
    const { indices, weights } = layer.router.route(x, Context.create()) as routers.SparseRouting;
    const mask = tf.oneHot(indices.flatten().toInt(), EXPERTS).reshape([...indices.shape, EXPERTS]);
    const gates = mask.mul(weights.expandDims(2)).sum(1);
    const [w1, w2] = ['w1', 'w2'].map((name) => layer.experts.parameters().get(name)?.variable as tf.Tensor);
    const outputs = w1.unstack().map((w, expert) => {
      const inner = x.matMul(w as tf.Tensor2D);
      const hidden = inner.mul(inner.div(Math.SQRT2).erf().add(1).div(2));
      return hidden.matMul(w2.unstack()[expert] as tf.Tensor2D).mul(gates.slice([0, expert], [-1, 1]));
    });
    return tf.addN(outputs);
  }

  test('the layer is the dense mixture with the same weights, gradients included', () => {
    const layer = makeLayer({ router });
    const x = tokens() as tf.Tensor2D;
    const target = tokens([TOKENS, WIDTH], 3);
    const [sparse, dense] = [() => layer.apply(x, Context.create()), () => denseMixture(layer, x)].map((f) =>
      tf.variableGrads(() => tf.tidy(() => f().mul(target).sum() as tf.Scalar))
    );
    expectClose(sparse.value, dense.value, 1e-5);
    for (const [path, { variable }] of layer.parameters()) {
      expect(sparse.grads[variable.name], path).toBeDefined();
      expectClose(sparse.grads[variable.name], dense.grads[variable.name], 1e-5);
    }
    tf.dispose([sparse, dense, x, target] as tf.TensorContainer);
    layer.dispose();
  });
});

describe('capacity', () => {
  const toFirst = { router: fixedRouter(() => ({})) };

  test('all tokens to one expert: dropless computes them all, empty experts get gradient 0', () => {
    const layer = makeLayer(toFirst);
    const x = tokens();
    const { value, grads } = tf.variableGrads(() =>
      tf.tidy(() => layer.apply(x, Context.create()).square().sum() as tf.Scalar)
    );
    const w1 = layer.parameters().get('experts.w1')?.variable as tf.Variable;
    const sizes = Array.from(tf.tidy(() => grads[w1.name].abs().sum([1, 2]).dataSync()));
    expect(sizes[0]).toBeGreaterThan(0);
    expect(sizes.slice(1)).toEqual([0, 0, 0]);
    tf.dispose([value, grads, x]);
    layer.dispose();
  });

  test('what an expert cannot take is dropped, counted, and comes out as zeros', () => {
    const layer = makeLayer({ ...toFirst, capacityFactor: 1.5 });
    const full = makeLayer(toFirst);
    tf.tidy(() => {
      const x = tokens();
      const capacity = Math.ceil((1.5 * TOKENS) / EXPERTS);
      const [kept, all] = [layer, full].map((each) => each.apply(x, Context.create()));
      expectClose(kept.slice([0], [capacity]), all.slice([0], [capacity]), 1e-6);
      expect(kept.slice([capacity]).abs().max().dataSync()[0]).toBe(0);
      const { dropped } = observed(layer, x);
      expect(Array.from(dropped ?? [])).toEqual(Array.from({ length: TOKENS }, (_, t) => (t < capacity ? 0 : 1)));
      expect(observed(full, x).dropped).toBeNull();
    });
    layer.dispose();
    full.dispose();
  });

  test('a capacity that holds everything is dropless', () => {
    const [limited, free] = [makeLayer({ capacityFactor: EXPERTS }), makeLayer()];
    tf.tidy(() => {
      const x = tokens();
      expectClose(limited.apply(x, Context.create()), free.apply(x, Context.create()), 1e-6);
    });
    limited.dispose();
    free.dispose();
  });
});

describe('what the host reads', () => {
  function countReads(run: () => void): number[] {
    const sizes: number[] = [];
    const original = tf.Tensor.prototype.dataSync;
    vi.spyOn(tf.Tensor.prototype, 'dataSync').mockImplementation(function (this: tf.Tensor) {
      sizes.push(this.size);
      return original.call(this);
    } as typeof original);
    run();
    vi.restoreAllMocks();
    return sizes;
  }

  test('one read a pass, of the indices and one number; with an observer still one', () => {
    const layer = makeLayer({ sharedExperts: 1, capacityFactor: 1 });
    const x = tokens();
    expect(countReads(() => layer.apply(x, Context.create({ training: true })).dispose())).toEqual([1 + 2 * TOKENS]);
    const withObserver = 1 + 2 * TOKENS + 2 * TOKENS + EXPERTS + 1;
    expect(countReads(() => observed(layer, x))).toEqual([withObserver]);
    x.dispose();
    layer.dispose();
  });

  test('the record is the routing', () => {
    const layer = makeLayer({ router: routers.topK({ k: 3 }) });
    tf.tidy(() => {
      const x = tokens() as tf.Tensor2D;
      const { path, router, numExperts, k, numTokens, ...record } = observed(layer, x);
      expect({ path, router, numExperts, k, numTokens }).toEqual({
        path: 'layers.0',
        router: 'top-k',
        numExperts: EXPERTS,
        k: 3,
        numTokens: TOKENS
      });
      const routing = layer.router.route(x, Context.create()) as routers.SparseRouting;
      expect(record.experts).toEqual(['0', '1', '2', '3']);
      expect(record.indices).toEqual(routing.indices.dataSync());
      expectClose(record.weights, routing.weights, 1e-6);
      expectClose(record.importance, routing.probs.sum(0), 1e-6);
      expectClose([record.entropy], routing.probs.mul(routing.probs.log()).sum(1).mean().neg(), 1e-5);
    });
    layer.dispose();
  });
});

describe('errors', () => {
  test.each([NaN, Infinity])('a logit of %s names the router', (bad) => {
    const layer = makeLayer();
    const x = tf.tidy(() => tokens().add(tf.oneHot(tf.zeros([TOKENS], 'int32'), WIDTH).mul(bad)));
    expect(() => layer.apply(x, Context.create().within('layers').within('2').within('moe'))).toThrow(
      /^layers\.2\.moe\.router: logits must be finite numbers, got \d+ of 40 that are not$/
    );
    x.dispose();
    layer.dispose();
  });

  test('no tokens, another width', () => {
    const layer = makeLayer();
    const ctx = Context.create().within('moe');
    expect(() => layer.apply(tf.zeros([0, WIDTH]), ctx)).toThrow('moe: expects at least one token, got [0, 5]');
    expect(() => layer.apply(tf.zeros([3, WIDTH + 1]), ctx)).toThrow('moe: expects shape [..., 5], got [3, 6]');
    layer.dispose();
  });

  test('k > experts, options out of range', () => {
    expect(() => makeLayer({ router: routers.topK({ k: 9 }), numExperts: 8 })).toThrow(
      'topK: k must be 1..numExperts (8), got 9'
    );
    expect(() => makeLayer({ capacityFactor: 0 })).toThrow('moe.layer: capacityFactor must be a number above 0');
    expect(() => makeLayer({ sharedExperts: -1 })).toThrow('moe.layer: sharedExperts must be an integer');
    expect(() => moe.plainExperts({ activation: 'swish' as 'silu' })).toThrow(
      'plainExperts: activation must be one of'
    );
  });

  test('a refused pass leaves no tensor behind', () => {
    const layer = makeLayer();
    const bad = tf.fill([TOKENS, WIDTH], NaN);
    expectNoLeak(() => expect(() => layer.apply(bad, Context.create())).toThrow('finite'));
    bad.dispose();
    layer.dispose();
  });
});
