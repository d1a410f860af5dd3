import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { expect } from 'vitest';
import { expectClose, finiteDifferences } from './numeric';

const { Context, Random } = core;

export const WIDTH = 5;
export const HIDDEN = 7;
export const EXPERTS = 4;
export const TOKENS = 10;

/** A small layer; top-2 of plain experts unless told otherwise. */
export function makeLayer(options: Partial<moe.MoeLayerOptions> = {}): moe.MoeLayer {
  return moe.layer({
    router: routers.topK({ k: 2 }),
    experts: EXPERTS,
    width: WIDTH,
    hidden: HIDDEN,
    random: Random.fromSeed(1),
    ...options
  });
}

export function tokens(shape = [TOKENS, WIDTH], seed = 2): tf.Tensor {
  return Random.fromSeed(seed).normal(shape);
}

/** Routes every token as it is told; for what a learned router does not do on demand. */
export function fixedRouter(
  routing: (numTokens: number, numExperts: number) => Partial<routers.SparseRouting>,
  k = 1
): routers.RouterSpec {
  class Fixed extends core.Module implements routers.Router {
    readonly kind = 'fixed';
    readonly k = k;
    readonly meanK = k;
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
  return {
    kind: 'fixed',
    options: {},
    build: ({ numExperts }: routers.RouterShape) => new Fixed(core.sizeOf(numExperts))
  };
}

/** The record of one pass through `layer`, which runs as "layers.0". */
export function observed(layer: core.Module, x: tf.Tensor): core.RoutingRecord {
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  layer.apply(x, ctx.within('layers').within('0')).dispose();
  ctx.dispose();
  expect(records).toHaveLength(1);
  return records[0];
}

/** Every parameter's gradient of a sum of outputs against finite differences. */
export function expectGradients(layer: moe.MoeLayer): void {
  const x = tokens([4, WIDTH]);
  const target = tokens([4, WIDTH], 3);
  const loss = (): tf.Scalar => tf.tidy(() => layer.apply(x, Context.create()).mul(target).sum());
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
}
