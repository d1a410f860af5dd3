import { tf } from '../../base/backend';
import { Axis, Buffer, expectInteger, Parameter, Random } from '../../base/core';
import type { Context, CostShape } from '../../base/core';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

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
  const resolved = { ...resolveTokenChoice('routers.hyper', options), embedDim, hidden, seed };
  expectInteger('routers.hyper', 'embedDim', embedDim, 1);
  expectInteger('routers.hyper', 'hidden', hidden, 1);
  expectInteger('routers.hyper', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  return { kind: 'hyper', options: resolved, build: (shape) => new HyperRouter(resolved, shape) };
}

class HyperRouter extends TokenChoice {
  readonly kind = 'hyper';
  private readonly embedding: Parameter;
  private readonly inner: Buffer;
  private readonly outer: Buffer;

  constructor({ embedDim, hidden, seed, ...choice }: Required<HyperOptions>, shape: RouterShape) {
    super('routers.hyper', choice, shape);
    const { width, experts } = this.axes;
    const [one, embedding] = [Axis.fixed('layer', 1), Axis.of('embedding', embedDim)];
    const random = shape.random.child('embedding');
    this.embedding = this.addParameter(
      'embedding',
      Parameter.over([one, embedding], (sizes) => random.normal(sizes))
    );
    const frozen = (name: string, axes: Axis[], deviation: number): Buffer =>
      this.addBuffer(
        name,
        Buffer.over(axes, (sizes) => Random.fromSeed(seed).child(name).normal(sizes, 0, deviation))
      );
    const inside = Axis.of('hidden', hidden);
    // Deviations that give the matrix the variance of `projectionWeight`: a relu halves the second moment.
    this.inner = frozen('inner', [embedding, inside], Math.sqrt(2 / embedDim));
    const deviation = Math.sqrt(0.1 / width.size / hidden);
    this.outer = frozen('outer', [inside, Axis.product('width x experts', width, experts)], deviation);
  }

  /** The matrix is made once a pass. */
  override ownFlops({ length, tokens = length }: CostShape): number {
    const { width, experts } = this.axes;
    const [embedding, hidden] = this.inner.axes;
    const making = 2 * hidden.size * (embedding.size + width.size * experts.size);
    return 2 * width.size * experts.size + making / tokens;
  }

  protected override score(x: tf.Tensor2D, _ctx: Context): tf.Tensor2D {
    const { width, experts } = this.axes;
    const embedding = this.embedding.read() as tf.Tensor2D;
    const hidden = tf.relu(embedding.matMul(this.inner.read() as tf.Tensor2D));
    const weight = hidden.matMul(this.outer.read() as tf.Tensor2D).reshape<tf.Tensor2D>([width.size, experts.size]);
    return x.matMul(weight) as tf.Tensor2D;
  }
}

specs.register('hyper', hyper);
