import { tf } from '../../base/backend';
import { referencePaths } from '../../nn/adaptive/learnedPaths';
import type { PathModel } from '../../nn/adaptive/pathModel';
import type { Batch } from '../../train/data';
import { pathLosses } from './pathLosses';
import { choicesOfBlocks, repeat, tensorsOf } from './pathQuestions';

/** Gain by the costly module in one block alone, and in all. */
export interface CostlyGains {
  /** Tokens, T; row by sequence. */
  numTokens: number;
  /** Blocks, L. */
  numBlocks: number;
  /** Cross entropy of each token with the next cheaper module in every block; [T]. */
  none: Float32Array;
  /** ... with the costly one in one block; [T * L]. */
  one: Float32Array;
  /** ... with the costly one in all blocks; [T]. */
  all: Float32Array;
}

/** Options of `adaptive.costlyGains`. */
export interface CostlyGainsOptions {
  /** Paths of the tokens before, [T * L]. Default: the choices of the model's routers. */
  reference?: Int32Array;
}

/**
 * Where one call of the costly module pays (Duo-LLM, arXiv 2410.10846, which finds one layer chosen well ahead of all): each token
 * tries it in no block, in each block alone and in all, while the tokens before it keep their reference paths.
 *
 * @throws {SwitchyardError} where a block has another router, or the reference does not fit.
 */
export async function costlyGains(
  model: PathModel,
  batch: Batch,
  options: CostlyGainsOptions = {}
): Promise<CostlyGains> {
  const where = 'adaptive.costlyGains';
  const choices = choicesOfBlocks(where, model);
  const numBlocks = choices.length;
  const numTokens = batch.batchSize * batch.length;
  const cheap = choices.map((n) => Math.max(0, n - 2));
  const patterns = [
    cheap,
    ...choices.map((n, at) => cheap.map((choice, block) => (block === at ? n - 1 : choice))),
    choices.map((n) => n - 1)
  ];
  const [inputs, targets] = tensorsOf(batch);
  try {
    const reference = referencePaths(where, model, inputs, options.reference);
    const losses = await pathLosses(model, { inputs, targets, reference }, repeat(patterns, numTokens));
    const at = (t: number, pattern: number): number => losses[t * patterns.length + pattern];
    const each = <T>(of: (t: number) => T): T[] => Array.from({ length: numTokens }, (_, t) => of(t));
    return {
      ...{ numTokens, numBlocks },
      none: Float32Array.from(each((t) => at(t, 0))),
      one: Float32Array.from(each((t) => choices.map((_, block) => at(t, block + 1))).flat()),
      all: Float32Array.from(each((t) => at(t, numBlocks + 1)))
    };
  } finally {
    tf.dispose([inputs, targets]);
  }
}
