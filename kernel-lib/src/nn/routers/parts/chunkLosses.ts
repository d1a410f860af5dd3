import { tf } from '../../../base/backend';
import { expectInteger, expectNumber } from '../../../base/core';
import type { Context } from '../../../base/core';

/** Losses of `relu` that make the union of the experts of consecutive tokens small. */
export interface ChunkOptions {
  /** Tokens of a chunk, S; the length of sequences should be a multiple of it. Default 8. */
  size?: number;
  /** Coefficient of the expected share of experts that a chunk uses, logged as "chunk". Default 0. */
  sparsity?: number;
  /** Coefficient of the difference between adjacent tokens, logged as "locality". Default 0. */
  locality?: number;
}

/** Checks the options, naming `where`, and fills in the defaults. */
export function resolveChunk(where: string, options: ChunkOptions | null = null): Required<ChunkOptions> | null {
  if (options === null) {
    return null;
  }
  const { size = 8, sparsity = 0, locality = 0 } = options;
  expectInteger(where, 'chunk.size', size, 1);
  expectNumber(where, 'chunk.sparsity', sparsity, 0);
  expectNumber(where, 'chunk.locality', locality, 0);
  return { size, sparsity, locality };
}

/** Adds the losses that `chunk` asks for to the pass. */
export function addChunkLosses(
  probs: tf.Tensor2D,
  logits: tf.Tensor2D,
  chunk: Required<ChunkOptions> | null,
  ctx: Context
): void {
  if (chunk !== null && chunk.sparsity > 0) {
    ctx.addLoss('chunk', chunkSparsityLoss(probs, chunk.size).mul(chunk.sparsity));
  }
  if (chunk !== null && chunk.locality > 0) {
    ctx.addLoss('locality', activationLocalityLoss(logits, chunk.size).mul(chunk.locality));
  }
}

/**
 * The share of experts that S consecutive tokens are expected to use together, `1 - mean_(c,e) prod_(t in c) (1 - p_te)`: the
 * chunk sparsification loss of BlockFFN (arXiv 2507.08771). What is left of the last chunk counts as a chunk.
 *
 * @param probs - [T, E]; rows that follow each other are tokens that do.
 * @param size - S.
 */
export function chunkSparsityLoss(probs: tf.Tensor2D, size: number): tf.Scalar {
  return tf.tidy(() => {
    const [numTokens, numExperts] = probs.shape;
    const missing = (size - (numTokens % size)) % size;
    const unused = tf.sub<tf.Tensor2D>(1, probs).pad(
      [
        [0, missing],
        [0, 0]
      ],
      1
    );
    // A product by its logarithm: the gradient of `prod` divides by what may be 0.
    const together = unused.add(TINY).log().reshape([-1, size, numExperts]).sum(1).exp();
    return tf.sub<tf.Scalar>(1, together.mean());
  });
}

/**
 * How much the experts of a token differ from those of the token after it in the same chunk of S: the mean cross entropy
 * between `sigmoid(100 logits)` of the two, the activation locality loss of BlockFFN (arXiv 2507.08771). 0 for one token.
 *
 * @param logits - Before the ReLU; [T, E].
 * @param size - S.
 */
export function activationLocalityLoss(logits: tf.Tensor2D, size: number): tf.Scalar {
  return tf.tidy(() => {
    const pairs = logits.shape[0] - 1;
    const sharp = logits.mul<tf.Tensor2D>(STEEPNESS);
    const [first, second] = [0, 1].map((from) => sharp.slice([from, 0], [pairs, -1]));
    const entropy = tf
      .softplus(first)
      .sub(first.mul(tf.sigmoid(second)))
      .mean(1);
    const inside = tf
      .range(1, pairs + 1, 1, 'int32')
      .mod(size)
      .notEqual(0)
      .toFloat();
    return entropy.mul(inside).sum().div<tf.Scalar>(inside.sum().maximum(1));
  });
}

const TINY = 1e-5;
const STEEPNESS = 100;
