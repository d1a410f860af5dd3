import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectOneOf,
  fail,
  given,
  Module,
  Parameter,
  showShape
} from '../../base/core';

/** Options of `graph.Deconvolution`. */
export interface DeconvolutionOptions {
  /** Steps that are unrolled, K. */
  unroll: number;
  /** Whether each step has coefficients of its own ("own"), or all have the same ("shared"), as a fixed iteration has. Default "own". */
  coefficients?: 'own' | 'shared';
}

/** Initial coefficients: what is kept, the gradient through the observed graph, the observed graph itself, and the threshold. */
const INITIAL = [0.9, -0.02, 0.2, 0.05];

/**
 * Graph deconvolution network (arXiv 2205.09575): an observed graph is taken for a polynomial of a latent one, `O = sum over k of h_k A^k` of unknown h, and unrolled steps of proximal gradients recover it:
 * `A = relu(a A + b (O A + A O) + c O - t)` without its diagonal, where each step has its four coefficients a, b, c and t ("coefficients", [K, 4]), and nothing else is learnt, so that it works on graphs of any size. Observed adjacencies
 * [N, N] or [B, N, N], symmetric, to weights of the latent edges, of the same shape; the last step leaves out the relu, so that its sign tells edges.
 */
export class Deconvolution extends Module {
  readonly kind = 'deconvolution';
  private readonly steps: number;
  private readonly coefficients: Parameter;

  constructor(options: DeconvolutionOptions) {
    const where = 'graph.Deconvolution';
    const { unroll, coefficients = 'own' } = given(where, options);
    super();
    expectInteger(where, 'unroll', unroll, 1);
    expectOneOf(where, 'coefficients', coefficients, ['own', 'shared']);
    this.steps = unroll;
    const rows = coefficients === 'own' ? unroll : 1;
    const axes = [Axis.fixed('steps', rows), Axis.fixed('coefficients', 4)];
    this.coefficients = this.addParameter('coefficients', Parameter.over(axes, () => tf.tensor2d(Array.from({ length: rows }, () => INITIAL)))); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    if ((x.rank !== 2 && x.rank !== 3) || x.shape.at(-1) !== x.shape.at(-2)) {
      fail(ctx.path || 'graph.Deconvolution', 'adjacencies must be [N, N] or [B, N, N]', showShape(x.shape));
    }
    return tf.tidy(() => {
      const observed = (x.rank === 2 ? x.expandDims(0) : x) as tf.Tensor3D;
      const beside = tf.sub(1, tf.eye(observed.shape[1]));
      const rows = tf.unstack(this.coefficients.read());
      let latent: tf.Tensor3D = observed;
      for (let step = 0; step < this.steps; step++) {
        const [keep, slope, direct, threshold] = tf.unstack(rows[rows.length === 1 ? 0 : step]);
        const through = tf.matMul(observed, latent);
        const both = through.add(through.transpose([0, 2, 1]));
        const moved = latent.mul(keep).add(both.mul(slope)).add(observed.mul(direct)).sub(threshold);
        latent = (step < this.steps - 1 ? moved.relu() : moved).mul(beside);
      }
      return latent.reshape(x.shape);
    });
  }
}
