import { core, moe, tf, type routers } from '@switchyard/kernel-lib';

export interface StackOptions {
  /** Of all layers, or one for each. */
  router: routers.RouterSpec | ((layer: number) => routers.RouterSpec);
  /** L. */
  layers?: number;
  numExperts?: number;
  width?: number;
  hidden?: number;
  seed?: number;
}

/** Mixtures of experts one after the other, each added to what goes past it. */
export class Stack extends core.Module {
  readonly kind = 'stack';
  readonly layers: readonly moe.MoeLayer[];

  constructor({ router, layers = 3, numExperts = 8, width = 16, hidden = 16, seed = 1 }: StackOptions) {
    super();
    const random = core.Random.fromSeed(seed);
    this.layers = Array.from({ length: layers }, (_, i) =>
      this.addChild(
        `${i}`,
        moe.layer({
          router: typeof router === 'function' ? router(i) : router,
          ...{ experts: numExperts, width, hidden, random: random.child(i) }
        })
      )
    );
  }

  apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => this.layers.reduce((y, layer, i) => y.add(layer.apply(y, ctx.within(`${i}`))), x));
  }
}

/** The choices of each layer's tokens, best first: [layer][token][choice]. */
export function choicesOf(module: core.Module, x: tf.Tensor, prepare?: (ctx: core.Context) => void): number[][][] {
  const records: core.RoutingRecord[] = [];
  const ctx = core.Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  prepare?.(ctx);
  tf.tidy(() => void module.apply(x, ctx));
  ctx.dispose();
  return records.map(({ indices, k, numTokens }) =>
    Array.from({ length: numTokens }, (_, t) => Array.from(indices.subarray(t * k, (t + 1) * k)))
  );
}

/** Mutual information of two choices for each token, in nats. */
export function mutualInformation(a: readonly number[], b: readonly number[]): number {
  const count = (values: readonly (number | string)[]) => {
    const counts = new Map<number | string, number>();
    values.forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1));
    return [...counts.values()];
  };
  const entropy = (values: readonly (number | string)[]) =>
    count(values).reduce((sum, n) => sum - (n / values.length) * Math.log(n / values.length), 0);
  return entropy(a) + entropy(b) - entropy(a.map((value, i) => `${value} ${b[i]}`));
}
