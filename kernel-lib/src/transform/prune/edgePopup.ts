import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail, masksAt, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { floor } from '../../base/math';
import { stopGradient } from '../../base/ops';
import { copyModel } from '../../models/copyModel';
import { initialize, uniformFanIn } from '../../nn/layers';
import { maskOfScores, scoreMatrix, straightThroughMask } from './matrixScores';
import type { ScoredMatrix } from './matrixScores';
import { chosenMatrices } from './matrices';
import type { MatrixChoice } from './matrices';
import type { PruningSchedule } from './schedules';

export interface EdgePopupOptions extends MatrixChoice {
  /** Share of the values that is masked, of each matrix, 0..1. */
  sparsity: number;
  /** Values left count by their sign alone, times the mean size of those left (multi-prize tickets, arXiv 2103.09377). Default false. */
  binary?: boolean;
  /** Each `every` steps the `fraction` of a matrix's values of least score are overwritten by those of highest (arXiv 2303.15953). Default: never. */
  recycle?: { every: number; fraction: number };
  /** Seed of the initial scores. Default 0. */
  seed?: number;
}

/** A search for a subnetwork of random weights. */
export interface EdgePopup<M extends Module> {
  /** The model to train: a copy whose values are frozen, and whose scores are not. */
  readonly model: M;
  /** Schedule that recycles weights while it is trained: `train.fit(model, task, { pruning })`. */
  readonly pruning: PruningSchedule;
  /** Scores of a matrix, by path, as they are now. */
  scores(): Map<string, Float32Array>;
  /** The subnetwork found: a new model without scores, masked, whose values can be trained. */
  finish(): M;
}

/**
 * Edge-popup (Ramanujan et al., arXiv 1911.13299): a subnetwork of a network whose values stay as they were drawn. Each value has a score, those of largest
 * size count, and the gradient of what counts goes to all scores as if it were they (straight-through). Nothing but scores is trained.
 *
 * @throws {SwitchyardError} where an option is out of range, or as `prune.unstructured` does.
 */
export function edgePopup<M extends Module>(model: M, options: EdgePopupOptions): EdgePopup<M> {
  const { sparsity, binary = false, recycle, seed = 0, ...choice } = options;
  expectNumber(WHERE, 'sparsity', sparsity, 0, 1);
  expectInteger(WHERE, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (recycle !== undefined) {
    expectInteger(WHERE, 'recycle.every', recycle.every, 1);
    expectNumber(WHERE, 'recycle.fraction', recycle.fraction, 0, 0.5);
  }
  const paths = chosenMatrices(WHERE, model, choice);
  const buffers = model.buffers();
  const masked = paths.find((path) => buffers.has(`${path}Mask`));
  if (masked !== undefined) {
    fail(WHERE, 'a matrix must not be masked', masked);
  }
  const searched = copyModel(model);
  searched.parameters().forEach((parameter) => (parameter.trainable = false));
  const sites = paths.map((path) => {
    const random = Random.fromSeed(seed).child('scores').child(path);
    return scoreMatrix(searched, path, 'Popup', (shape) => initialize(uniformFanIn(), shape, random));
  });
  sites.forEach(({ weight, scores }) => weight.wrap((value) => subnetwork(value, scores.read(), { sparsity, binary })));
  const settings = JSON.stringify({ kind: 'edgePopup', sparsity, binary, recycle: recycle ?? null, paths });
  return {
    model: searched,
    pruning: {
      kind: 'edgePopup',
      begin: () => ({
        fixed: settings,
        // Scores choose anew at each pass: there is no mask to tell of.
        paths: [],
        density: () => 1 - sparsity,
        afterStep: ({ step }) => {
          if (recycle !== undefined && step % recycle.every === 0) {
            sites.forEach((each) => overwrite(each, recycle.fraction));
          }
          return false;
        }
      })
    },
    scores: () => new Map(sites.map(({ path, scores }) => [path, scores.variable.dataSync<'float32'>().slice()])),
    finish: () => finished(searched, sites, sparsity)
  };
}

const WHERE = 'prune.edgePopup';

function subnetwork(
  value: tf.Tensor,
  scores: tf.Tensor,
  { sparsity, binary }: { sparsity: number; binary: boolean }
): tf.Tensor {
  const mask = straightThroughMask(scores, sparsity);
  if (!binary) {
    return value.mul(mask);
  }
  const left = stopGradient(mask);
  const size = value.abs().mul(left).sum().div(left.sum().maximum(1));
  return value.sign().mul(size).mul(mask);
}

/** Values of least score become those of highest, the least that of the highest. */
function overwrite({ weight, scores }: ScoredMatrix, fraction: number): void {
  const sizes = scores.variable.dataSync<'float32'>().map(Math.abs);
  const order = Array.from(sizes.keys()).sort((a, b) => sizes[a] - sizes[b] || a - b);
  const values = weight.variable.dataSync<'float32'>().slice();
  const count = floor(fraction * values.length);
  for (let i = 0; i < count; i++) {
    values[order[i]] = values[order[values.length - 1 - i]];
  }
  tf.tidy(() => weight.assign(tf.tensor(values, weight.shape)));
}

function finished<M extends Module>(searched: M, sites: readonly ScoredMatrix[], sparsity: number): M {
  const found = copyModel(searched);
  const masks = masksAt(found, sites.map(({ path }) => path)); // prettier-ignore
  sites.forEach(({ path, scores }) =>
    tf.tidy(() => masks.get(path)!.assign(maskOfScores(scores.variable, sparsity), path))
  );
  return found;
}
