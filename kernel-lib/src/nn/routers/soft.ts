import { tf } from '../../base/backend';
import { Axis, expectInteger } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { LinearRouter } from './parts/linearRouter';
import { projectFlops } from './parts/projection';
import type { RouterShape, RouterSpec, SlotRouting } from './router';
import { specs } from './specs';

/** Options of `routers.soft`. */
export interface SoftOptions {
  /** Rows of an expert, S: `S = T / E` costs as much as one expert a token. */
  slots: number;
  /** Tokens of a pass, for the mean number of experts that the router reports, `E S / tokens`. Default: E S. */
  tokens?: number | null;
}

/**
 * Soft mixture (arXiv 2308.00951, without the normalisation of its section 2.3): every row of an expert is a mean of all
 * tokens of the pass, weighted by a softmax over tokens, and every token gets a mean of all rows' outputs, weighted by a
 * softmax over rows. Differentiable throughout, balanced by construction; later positions mix into earlier ones, so it
 * does not suit a causal model. An expert's load is the weight that tokens give its rows.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function soft({ slots, tokens = null }: SoftOptions): RouterSpec {
  expectInteger('routers.soft', 'slots', slots, 1);
  if (tokens !== null) {
    expectInteger('routers.soft', 'tokens', tokens, 1);
  }
  const options = { slots, tokens };
  return { kind: 'soft', options, build: (shape) => new SoftRouter(options, shape) };
}

class SoftRouter extends LinearRouter {
  readonly kind = 'soft';
  readonly mixesTokens = true;
  private readonly slots: number;
  private readonly tokens: number | null;

  constructor({ slots, tokens }: Required<SoftOptions>, shape: RouterShape) {
    super(shape, {
      k: 'all',
      columns: (experts) => Axis.product('experts x slots', experts, Axis.fixed('slots', slots))
    });
    this.slots = slots;
    this.tokens = tokens;
  }

  /** Scoring the rows, mixing tokens into them and their outputs back: three products of one size. */
  override ownFlops(): number {
    return 3 * projectFlops(this.weight);
  }

  override get meanK(): number {
    const rows = this.numExperts * this.slots;
    return rows / (this.tokens ?? rows);
  }

  route(x: tf.Tensor2D, _ctx: Context): SlotRouting {
    const { numExperts, slots } = this;
    const [numTokens] = x.shape;
    const ofRow = this.score(x);
    const shape: [number, number, number] = [numTokens, numExperts, slots];
    const dispatch = tf.softmax(ofRow.transpose()).transpose().reshape<tf.Tensor3D>(shape);
    const combine = tf.softmax(ofRow).reshape<tf.Tensor3D>(shape);
    // Softmax of these is an expert's part of `combine`.
    const logits = ops.logSumExp(ofRow.reshape([-1, slots])).reshape<tf.Tensor2D>([numTokens, numExperts]);
    const probs = combine.sum<tf.Tensor2D>(2);
    return { form: 'slots', numTokens, numExperts, slots, dispatch, combine, probs, logits };
  }
}

specs.register('soft', soft);
