import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, given, Module, type Random } from '../../base/core';
import { Linear } from '../layers';
import { type ComplexMatrices, precode, sumRate } from './operators/precoding';

/** Options of `graph.PrecodingNetwork`. */
export interface PrecodingNetworkOptions {
  /** Width of what users hold. */
  hidden: number;
  /** Rounds of messages among users. Default 3. */
  layers?: number;
  random: Random;
}

/**
 * Graph network for precoding and power allocation (ICGNN): users of a cell are the nodes of a complete graph, whose edges hold how alike two channels are; the same network of messages on each says what power a user is sent, and what weight its
 * interference is given, and precoders follow by conjugate gradients on the matrix of channels, without an inverse. Channels, real and imaginary, [B, users, antennas], to precoders. Users in another order have theirs in that order,
 * and parameters do not depend on how many users or antennas there are.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class PrecodingNetwork extends Module {
  readonly kind = 'precoding-network';
  private readonly first: Linear;
  private readonly rounds: readonly { pair: Linear; heard: Linear; own: Linear }[];
  private readonly out: Linear;

  constructor(options: PrecodingNetworkOptions) {
    const where = 'graph.PrecodingNetwork';
    const { hidden, layers = 3, random } = given(where, options);
    super();
    expectInteger(where, 'hidden', hidden, 1);
    expectInteger(where, 'layers', layers, 1);
    const axis = Axis.of('hidden', hidden).pin('rounds hand it on');
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    this.first = linear('first', Axis.fixed('gain, noise', 2), axis);
    const ends = Axis.sum('source, target, pair', Axis.sum('source, target', axis, axis), Axis.fixed('pair', 2));
    this.rounds = Array.from({ length: layers }, (_, i) => ({
      ...{ pair: linear(`${i}.pair`, ends, axis), heard: linear(`${i}.heard`, axis, axis) },
      own: linear(`${i}.own`, axis, axis)
    }));
    this.out = linear('out', axis, Axis.fixed('power, weight', 2));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || 'graph.PrecodingNetwork', x, [2, 'B', 'U', 'A']);
    return tf.tidy(() => {
      const [real, imaginary] = tf.unstack(x) as tf.Tensor3D[];
      const made = this.precoders(real, imaginary, 1, ctx);
      return tf.stack([made.real, made.imaginary]);
    });
  }

  /** Precoders for channels under this power of noise. Call it within a tidy. */
  precoders(real: tf.Tensor3D, imaginary: tf.Tensor3D, noise: number, ctx: Context): ComplexMatrices {
    const [count, users] = real.shape;
    // Gram matrix of the channels, |h_i . h_j*|, over the users' gains.
    const products = gram(real, imaginary);
    const gains = products.mul(tf.eye(users)).sum(2);
    const alike = products.div(gains.expandDims(2).mul(gains.expandDims(1)).sqrt().add(1e-9));
    const relative = gains.expandDims(1).div(gains.expandDims(2).add(1e-9)).log();
    let nodes = this.first.apply(tf.stack([gains.log(), gains.div(noise).log()], 2), ctx.within('first')).tanh();
    const others = tf.sub(1, tf.eye(users)).reshape([1, users, users, 1]);
    const width = nodes.shape[2]!;
    this.rounds.forEach(({ pair, heard, own }, i) => {
      const at = (axis: number): tf.Tensor => nodes.expandDims(axis).tile(axis === 1 ? [1, users, 1, 1] : [1, 1, users, 1]); // prettier-ignore
      // [B, target, source, .].
      const ends = tf.concat([at(1), at(2), alike.expandDims(3), relative.expandDims(3)], 3);
      const messages = pair.apply(ends, ctx.within(`${i}.pair`)).relu().mul(others).sum(2).reshape([count, users, width]); // prettier-ignore
      const changed = heard.apply(messages, ctx.within(`${i}.heard`)).add(own.apply(nodes, ctx.within(`${i}.own`)));
      nodes = nodes.add(changed.tanh());
    });
    const [power, weight] = tf.split(this.out.apply(nodes, ctx.within('out')), 2, 2).map((y) => y.squeeze([2]));
    return precode({ real, imaginary }, { powers: tf.softmax(power), weights: tf.softplus(weight.add(0.5)) as tf.Tensor2D, noise }); // prettier-ignore
  }

  /** Negative mean of the sum rate, in bits a second and hertz: what it is trained on, without labels. */
  loss(real: tf.Tensor3D, imaginary: tf.Tensor3D, noise: number, ctx: Context): tf.Scalar {
    return tf.tidy(() => sumRate({ real, imaginary }, this.precoders(real, imaginary, noise, ctx), noise).mean().neg() as tf.Scalar); // prettier-ignore
  }
}

/** Sizes of the products of all pairs of channels, [B, users, users]. */
function gram(real: tf.Tensor3D, imaginary: tf.Tensor3D): tf.Tensor {
  const dot = (a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor => tf.matMul(a, b, false, true);
  const [re, im] = [dot(real, real).add(dot(imaginary, imaginary)), dot(imaginary, real).sub(dot(real, imaginary))];
  return re.square().add(im.square()).add(1e-12).sqrt();
}
