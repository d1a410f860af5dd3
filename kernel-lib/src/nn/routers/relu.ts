import { tf } from '../../base/backend';
import { Buffer, expectNumber, expectOneOf, fail, sizeOf, stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { checkMeanK } from './parts/checkMeanK';
import { addChunkLosses, resolveChunk } from './parts/chunkLosses';
import type { ChunkOptions } from './parts/chunkLosses';
import { LinearRouter } from './parts/linearRouter';
import { countChoices } from './parts/losses';
import { sparsify } from './parts/sparsify';
import type { RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/** Options of `routers.relu`. */
export interface ReluOptions {
  /** Experts that a token is to have on average; which have more and which fewer is learnt. A number in 0..E, above 0. */
  k: number;
  /** Coefficient of the L1 loss at the first step. Default 1e-8. */
  l1?: number;
  /** Factor by which that coefficient moves each step. Default 1.2. */
  growth?: number;
  /** Weigh the L1 loss of each expert by its load, so that it also balances. Default true. */
  balance?: boolean;
  /** "rms": divide the weights of a token by their root mean square over the experts. Default "none". */
  norm?: ReluNorm;
  /** Ask consecutive tokens to share experts. Default null: not at all. */
  chunk?: ChunkOptions | null;
}

/** Normalisation of a token's weights after the ReLU. */
export type ReluNorm = 'none' | 'rms';

const NORMS: readonly ReluNorm[] = ['none', 'rms'];

/**
 * ReLU routing (ReMoE, arXiv 2412.14711): the weights are `relu(x W)`, so the whole router is differentiable and the
 * number of experts varies by token, from 0 to E. An L1 loss, logged as "l1", holds the average at `k`: after each
 * pass its coefficient grows where the layers together use too many experts and shrinks where too few.
 *
 * `{ norm: 'rms', chunk: {...} }` is the router of BlockFFN (arXiv 2507.08771), whose losses make the experts of consecutive
 * tokens few together. Its norm has no scale of its own: an expert's last matrix is one.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function relu(options: ReluOptions): RouterSpec {
  const { k, l1 = 1e-8, growth = 1.2, balance = true, norm = 'none' } = options;
  checkMeanK('routers.relu', k);
  expectNumber('routers.relu', 'l1', l1, 0);
  expectNumber('routers.relu', 'growth', growth, 1);
  expectOneOf('routers.relu', 'norm', norm, NORMS);
  const resolved = { k, l1, growth, balance, norm, chunk: resolveChunk('routers.relu', options.chunk) };
  return {
    kind: 'relu',
    options: resolved,
    build: (shape) => {
      checkMeanK('routers.relu', k, sizeOf(shape.numExperts));
      return new ReluRouter(resolved, shape);
    }
  };
}

// Makes a distribution of a row of zeros as well.
const TINY = 1e-9;
const NORM_EPSILON = 1e-6;

interface Resolved extends Required<ReluOptions> {
  chunk: Required<ChunkOptions> | null;
}

/** Share of weights that are not 0, of each layer so far. */
const ACTIVE = stateKey<tf.Tensor1D>('relu/active');

class ReluRouter extends LinearRouter {
  readonly kind = 'relu';
  private readonly l1: Buffer;

  constructor(
    private readonly options: Resolved,
    shape: RouterShape
  ) {
    super(shape, { k: 'all', meanK: options.k });
    this.l1 = this.addBuffer('l1', new Buffer(tf.scalar(options.l1), []));
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const logits = this.score(x);
    const positive = tf.relu(logits);
    const gates = this.options.norm === 'rms' ? ops.rmsNormalize(positive, NORM_EPSILON) : positive;
    const choices = sparsify(gates, k);
    const padded = gates.add<tf.Tensor2D>(TINY);
    const probs = padded.div<tf.Tensor2D>(padded.sum(1, true));
    if (ctx.training) {
      ctx.addLoss('l1', this.regularizer(gates, choices.indices).mul(this.l1.read()));
      this.adapt(gates, ctx);
      addChunkLosses(probs, logits, this.options.chunk, ctx);
    }
    return { form: 'sparse', numTokens: x.shape[0], numExperts, k, probs, logits, ...choices };
  }

  // mean_t sum_e f_e gate_te, with f_e the load of e over its fair share, or 1.
  private regularizer(gates: tf.Tensor2D, indices: tf.Tensor2D): tf.Scalar {
    const size = gates.mean(0);
    if (!this.options.balance) {
      return size.sum();
    }
    const fairShare = (this.options.k * gates.shape[0]) / this.numExperts;
    return size.mul(countChoices(indices, this.numExperts).div(fairShare)).sum();
  }

  // One sparsity for all layers of the pass, as in the paper: some may use more experts than others.
  private adapt(gates: tf.Tensor2D, ctx: Context): void {
    const { options, l1, numExperts } = this;
    const own = ops.withoutGradient(() => gates.greater(0).toFloat().mean().expandDims<tf.Tensor1D>());
    const before = ctx.getState(ACTIVE);
    ctx.setState(ACTIVE, before === null ? own : tf.concat1d([before, own]));
    ctx.afterPass(() =>
      tf.tidy(() => {
        const active = ctx.getState(ACTIVE) ?? fail(ctx.path, 'Context.finish must come before dispose', null);
        const direction = active
          .mean()
          .sub(options.k / numExperts)
          .sign();
        l1.assign(l1.read().mul(tf.pow(options.growth, direction)));
      })
    );
  }
}

specs.register('relu', relu);
