import { tf } from '../../base/backend';
import { expectNumber, fail, masksAt } from '../../base/core';
import type { Module } from '../../base/core';
import { maskOfScores, scoreMatrix, straightThroughMask } from './matrixScores';
import { chosenMatrices } from './matrices';
import type { MatrixChoice } from './matrices';

export interface LearnedMasksOptions extends MatrixChoice {
  /** Share of the values that is masked, of each matrix, 0..1. */
  sparsity: number;
}

/** Masks that are learnt with the values that they mask. */
export interface LearnedMasks {
  /** Paths of the matrices. */
  readonly paths: readonly string[];
  /** Share of the values that count, by path, as it is now. */
  density(): Record<string, number>;
  /** Leaves masks as they are now, buffers as those of `prune.unstructured`, in place and for good; what was taken off the model meanwhile is passed over. */
  finish(): void;
}

const WHERE = 'prune.learnedMasks';

/**
 * Sparse layers whose masks are learnt (as HYDRA's, arXiv 2002.10509), in place: each value of a matrix has a score, first the value's own size, and those of largest size count. Both are trained, the
 * gradient of what counts going to all scores as if it were they (straight-through). With `nas.MixedOperation` and `nas.darts` operations are judged as they are when pruned.
 *
 * @throws {SwitchyardError} where an option is out of range, a matrix is masked already, or as `prune.unstructured` does.
 */
export function learnedMasks(model: Module, { sparsity, ...choice }: LearnedMasksOptions): LearnedMasks {
  expectNumber(WHERE, 'sparsity', sparsity, 0, 1);
  const paths = chosenMatrices(WHERE, model, choice);
  const buffers = model.buffers();
  const children = new Set(model.modules().keys());
  const taken = paths.find((path) => buffers.has(`${path}Mask`) || children.has(`${path}Scores`));
  if (taken !== undefined) {
    fail(WHERE, 'a matrix must not be masked', taken);
  }
  const sites = paths.map((path) => {
    const { variable } = model.parameters().get(path)!;
    return scoreMatrix(model, path, 'Scores', () => tf.tidy(() => variable.abs()));
  });
  const undo = sites.map(({ weight, scores }) =>
    weight.wrap((value) => value.mul(straightThroughMask(scores.read(), sparsity)))
  );
  const there = (): typeof sites => {
    const left = new Set(model.parameters().values());
    return sites.filter(({ weight }) => left.has(weight));
  };
  return {
    paths,
    density: () =>
      Object.fromEntries(
        there().map(({ path, scores }) => [path, tf.tidy(() => maskOfScores(scores.read(), sparsity).mean().dataSync()[0])]) // prettier-ignore
      ),
    finish: () => {
      const left = there();
      undo.forEach((each) => each());
      const masks = masksAt(model, left.map(({ path }) => path)); // prettier-ignore
      for (const { path, scores, release } of left) {
        tf.tidy(() => masks.get(path)!.assign(maskOfScores(scores.variable, sparsity), path));
        release();
        scores.dispose();
      }
    }
  };
}
