import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { EXPERTS, fixedRouter, HIDDEN, makeLayer, observed, TOKENS, tokens, WIDTH } from '../../../support/moeLayer';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Context } = core;

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

  test('a token alone comes out as it does among others', () => {
    const layer = makeLayer({ sharedExperts: 1 });
    tf.tidy(() => {
      const x = tokens();
      const all = layer.apply(x, Context.create());
      expectClose(layer.apply(x.slice([3], [1]), Context.create()), all.slice([3], [1]), 1e-6);
    });
    layer.dispose();
  });

  test('parameters have the documented paths', () => {
    const layer = makeLayer({ sharedExperts: 2, expertKind: 'gated' });
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
    expect(() => makeLayer({ router: routers.topK({ k: 9 }), experts: 8 })).toThrow(
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
