import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { makePieces } from '../support/pieces';
import { mean, regress } from '../support/regression';

const { Context, Random } = core;

const WIDTH = 32;
const BASE = { width: WIDTH, hidden: 128, experts: 8, k: 2 };

function multiHead(options: Partial<moe.MultiHeadOptions> = {}): moe.MultiHeadMoe {
  const { width, hidden, experts: numExperts, k } = BASE;
  return moe.multiHead({
    ...{ heads: 4, width, hidden, experts: numExperts, router: routers.topK({ k }), random: Random.fromSeed(1) },
    ...options
  });
}

/** Share of the experts that each token reaches, on average. */
function activation(module: core.Module, x: tf.Tensor2D, rowsOfToken: number): number {
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  tf.tidy(() => module.apply(x, ctx).dispose());
  ctx.dispose();
  const [{ indices, k, numExperts }] = records;
  const each = Array.from({ length: x.shape[0] }, (_, t) => {
    const chosen = indices.slice(t * rowsOfToken * k, (t + 1) * rowsOfToken * k);
    return new Set(chosen).size / numExperts;
  });
  return mean(each);
}

describe('[mh-moe]', () => {
  test('operations and parameters come within 1 % of the mixture, counted from the modules', () => {
    const heads = 2;
    const parity = moe.multiHeadParity({ ...BASE, heads });
    const same = multiHead({ heads, experts: parity.experts, hidden: parity.hidden });
    const { width, hidden, experts: numExperts, k } = BASE;
    const router = routers.topK({ k });
    const base = moe.layer({ width, hidden, experts: numExperts, router, random: Random.fromSeed(1) });
    expect(same.countParameters()).toBe(parity.parameters);
    expect(Math.abs(same.countParameters() / base.countParameters() - 1)).toBeLessThan(0.01);
    const routed = (layer: moe.MoeLayer) =>
      layer.experts.flops[0] * k + 2 * layer.options.width * layer.router.numExperts;
    const flops = heads * routed(same.moe) + 4 * width ** 2;
    expect(flops).toBe(parity.flops);
    expect(Math.abs(flops / routed(base) - 1)).toBeLessThan(0.01);
    same.dispose();
    base.dispose();
  });

  test('one head with identity maps is the mixture', () => {
    const module = multiHead({ heads: 1 });
    ['head.weight', 'merge.weight'].forEach((path) => setValue(module, path, () => tf.eye(WIDTH)));
    const x = makeTokens(20, WIDTH);
    expectClose(outputOf(module, x), outputOf(module.moe, x), 1e-6);
    x.dispose();
    module.dispose();
  });

  test('splitting and merging are inverses: experts that copy give the token back', () => {
    const module = multiHead({ expertKind: moe.copyExperts() });
    ['head.weight', 'merge.weight'].forEach((path) => setValue(module, path, () => tf.eye(WIDTH)));
    const x = makeTokens(20, WIDTH);
    expectClose(outputOf(module, x), x, 1e-6);
    x.dispose();
    module.dispose();
  });

  test('trained, a token reaches more of the experts than in the mixture', () => {
    const ratios = [1, 2, 3].map((seed) => {
      const task = makePieces({ width: WIDTH, seed });
      const { width, hidden, experts: numExperts, k } = { ...BASE, hidden: 16 };
      const router = routers.topK({ k });
      const split = multiHead({ heads: 4, hidden: 32, random: Random.fromSeed(seed) });
      const base = moe.layer({ width, hidden, experts: numExperts, router, random: Random.fromSeed(seed) });
      const { x, y } = task.batch(2_000_000, 200);
      const [ofSplit, ofBase] = [split, base].map((module) => {
        regress(module, (step) => task.batch(step, 64), { steps: 60, seed });
        return activation(module, x, module === split ? 4 : 1);
      });
      tf.dispose([x, y]);
      [split, base].forEach((module) => module.dispose());
      task.dispose();
      expect(ofBase).toBeCloseTo(k / numExperts, 6);
      return ofSplit / ofBase;
    });
    expect(Math.min(...ratios)).toBeGreaterThan(1.2);
  });
});
