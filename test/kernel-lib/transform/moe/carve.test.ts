import { core, moe, type routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Context, Random } = core;

const HIDDEN = 24;
const DOMAINS = Array.from({ length: 40 }, (_, t) => t % 4);

function carve(network: moe.DenseNetwork, options: Partial<moe.CarveOptions> = {}) {
  return moe.carve(network, { experts: 4, k: 4, random: Random.fromSeed(3), ...options });
}

describe.each([{ gated: false }, { gated: true }, { gated: false, bias: false }])('network %o', (kind) => {
  test.each([
    ['split', 'linear', 0],
    ['random', 'linear', 2],
    ['activationRate', 'analytic', 2],
    ['activationRate', 'analytic', 0],
    ['activationSparsity', 'lookahead', 2]
  ] as const)(
    'with all parts active, %s with a %s router and %i shared keeps the function',
    (group, router, shared) => {
      const network = makeNetwork({ ...kind, hidden: HIDDEN });
      const before = valuesOf(network);
      const x = makeTokens();
      const { layer, report } = carve(network, { group, router, shared, tokens: x, domains: DOMAINS });
      expectClose(outputOf(layer, x), outputOf(network, x), 1e-6);
      expect(valuesOf(network)).toEqual(before);
      const all = [...report.shared, ...report.routed.flat()].sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: HIDDEN }, (_, neuron) => neuron));
      expect(new Set(report.routed.map((members) => members.length))).toEqual(new Set([HIDDEN / (4 + shared)]));
      x.dispose();
      layer.dispose();
      network.dispose();
    }
  );
});

test('the analytic router scores a part by its representative neuron', () => {
  const network = makeNetwork({ gated: true });
  const x = makeTokens();
  const { layer, report } = carve(network, { router: 'analytic', group: 'activationRate', tokens: x, k: 2 });
  tf.tidy(() => {
    const inner = x.matMul(network.w1.weight.variable as tf.Tensor2D);
    const gated = network as unknown as { w3: typeof network.w1 };
    const fired = inner.mul(inner.sigmoid()).mul(x.matMul(gated.w3.weight.variable as tf.Tensor2D));
    const expected = tf.gather(fired.abs(), tf.tensor1d(report.representatives, 'int32'), 1);
    expectClose(layer.router.route(x, Context.create()).logits, expected, 1e-5);
  });
  report.representatives.forEach((neuron, part) => expect(report.routed[part]).toContain(neuron));
  x.dispose();
  layer.dispose();
  network.dispose();
});

test('parts have weight 1 until their scale is trained, and the scale has a gradient', () => {
  const network = makeNetwork();
  const x = makeTokens();
  const { layer } = carve(network, { k: 2 });
  tf.tidy(() => {
    const { weights } = layer.router.route(x, Context.create()) as routers.SparseRouting;
    expect(new Set(weights.dataSync())).toEqual(new Set([1]));
    const scale = layer.parameters().get('router.scale')!.variable;
    const { grads } = tf.variableGrads(() => layer.apply(x, Context.create()).square().sum() as tf.Scalar, [scale]);
    expect(grads[scale.name].abs().min().dataSync()[0]).toBeGreaterThan(0);
  });
  x.dispose();
  layer.dispose();
  network.dispose();
});

test('what does not fit is refused, and nothing is left behind', () => {
  const network = makeNetwork({ hidden: HIDDEN });
  expectNoLeak(() => {
    expect(() => carve(network, { experts: 5 })).toThrow(
      'carve: numExperts + shared must divide the hidden width (24)'
    );
    expect(() => carve(network, { k: 5 })).toThrow('carve: k must be an integer 1..4, got 5');
    expect(() => carve(network, { group: 'activationRate' })).toThrow('group "activationRate" must have tokens');
    const x = makeTokens();
    const byDomain = (domains: number[]) => carve(network, { group: 'activationSparsity', tokens: x, domains });
    expect(() => byDomain([0, 1])).toThrow('must have domains of all 40 tokens, got 2');
    expect(() => byDomain(DOMAINS.map((d) => d + 1))).toThrow('carve: domains must be an integer 0..3, got 4');
    x.dispose();
    const { layer } = carve(network);
    layer.dispose();
  });
  network.dispose();
});
