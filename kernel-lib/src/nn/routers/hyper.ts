import { tf } from '../../base/backend';
import { expectInteger, Parameter, Random } from '../../base/core';
import type { Context } from '../../base/core';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';

export interface HyperOptions extends TokenChoiceOptions {
  /** Width of the layer's embedding, all that is learnt. Default 16. */
  embedDim?: number;
  /** Width inside the hypernetwork. Default 32. */
  hidden?: number;
  /** Of the hypernetwork, which all layers built with it share. Default 0. */
  seed?: number;
}

/**
 * HyperRouter (arXiv 2312.07035): the router's matrix [D, E] is what a frozen random network makes of a learnt embedding
 * of the layer, `relu(e A) B`: between a router that is learnt and one that is frozen.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function hyper(options: HyperOptions): RouterSpec {
  const { embedDim = 16, hidden = 32, seed = 0 } = options;
  const resolved = { ...resolveTokenChoice('hyper', options), embedDim, hidden, seed };
  expectInteger('hyper', 'embedDim', embedDim, 1);
  expectInteger('hyper', 'hidden', hidden, 1);
  expectInteger('hyper', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  return { kind: 'hyper', options: resolved, build: (shape) => new HyperRouter(resolved, shape) };
}

class HyperRouter extends TokenChoice {
  readonly kind = 'hyper';
  private readonly embedding: Parameter;
  private readonly inner: tf.Variable<tf.Rank.R2>;
  private readonly outer: tf.Variable<tf.Rank.R2>;
  private readonly shape: [number, number];

  constructor(
    { embedDim, hidden, seed, ...choice }: Required<HyperOptions>,
    { width, numExperts, random }: RouterShape
  ) {
    super('hyper', choice, numExperts);
    this.shape = [width, numExperts];
    this.embedding = this.addParameter('embedding', new Parameter(random.child('embedding').normal([1, embedDim])));
    const frozen = (name: string, shape: [number, number], deviation: number): tf.Variable<tf.Rank.R2> => {
      const value = tf.tidy(() =>
        tf.variable(Random.fromSeed(seed).child(name).normal(shape, 0, deviation) as tf.Tensor2D, false)
      );
      this.addBuffer(name, value);
      return value;
    };
    // Deviations that give the matrix the variance of `projectionWeight`: a relu halves the second moment.
    this.inner = frozen('inner', [embedDim, hidden], Math.sqrt(2 / embedDim));
    this.outer = frozen('outer', [hidden, width * numExperts], Math.sqrt(0.1 / width / hidden));
  }

  protected override score(x: tf.Tensor2D, _ctx: Context): tf.Tensor2D {
    const embedding = this.embedding.read() as tf.Tensor2D;
    const hidden = tf.relu(embedding.matMul(this.inner));
    const weight = hidden.matMul(this.outer).reshape<tf.Tensor2D>(this.shape);
    return x.matMul(weight) as tf.Tensor2D;
  }
}
