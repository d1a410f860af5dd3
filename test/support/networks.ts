import { core, layers, tf } from '@switchyard/kernel-lib';

const { Context, Random } = core;

/** A feed-forward network with biases that are not zero. */
export function makeNetwork(
  kind: { gated?: boolean; bias?: boolean; width?: number; hidden?: number; seed?: number } = {}
) {
  const { gated = false, bias = !gated, width = 6, hidden = 24, seed = 1 } = kind;
  const options = { width, hidden, bias, random: Random.fromSeed(seed) };
  const network = gated ? new layers.GatedFeedForward(options) : new layers.FeedForward(options);
  tf.tidy(() =>
    network.parameters().forEach((parameter, path) => {
      if (path.endsWith('bias')) {
        parameter.assign(Random.fromSeed(seed).child(path).normal(parameter.shape));
      }
    })
  );
  return network;
}

/** A linear map [16, 16] in a sequence, so that adapters find it at path "0". */
export function frozenLinear(seed: number): core.Module {
  const random = Random.fromSeed(seed);
  return new layers.Sequential([new layers.Linear({ inputWidth: 16, outputWidth: 16, bias: false, random })]);
}

/** The same of a feed-forward network of width 16, 32 neurons. */
export function frozenFeedForward(seed: number): core.Module {
  const random = Random.fromSeed(seed);
  return new layers.Sequential([new layers.FeedForward({ width: 16, hidden: 32, bias: false, random })]);
}

/** The same normal tokens each time. */
export function makeTokens(numTokens = 40, width = 6, seed = 2): tf.Tensor2D {
  return Random.fromSeed(seed).normal([numTokens, width]) as tf.Tensor2D;
}

/** What a module makes of tokens, on the host. */
export function outputOf(module: core.Module, x: tf.Tensor, training = false): Float32Array {
  const ctx = Context.create({ training });
  const values = tf.tidy(() => module.apply(x, ctx).dataSync<'float32'>());
  ctx.dispose();
  return values;
}

/** All values of a module on the host, to see that nothing changed it. */
export function valuesOf(module: core.Module): Record<string, Float32Array> {
  return Object.fromEntries(
    [...module.parameters()].map(([path, { variable }]) => [path, variable.dataSync<'float32'>()])
  );
}

/** Stores a new value in a parameter or buffer. */
export function setValue(module: core.Module, path: string, make: (old: tf.Tensor) => tf.Tensor): void {
  const variable = module.stored().get(path)?.variable;
  if (variable === undefined) {
    throw new Error(`no ${path} among ${[...module.parameters().keys()].join(', ')}`);
  }
  tf.tidy(() => variable.assign(make(variable)));
}
