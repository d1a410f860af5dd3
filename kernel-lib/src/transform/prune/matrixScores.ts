import { tf } from '../../base/backend';
import { fail, Module, Parameter } from '../../base/core';
import type { Axis } from '../../base/core';
import { read, withGradient } from '../../base/ops';
import { keepLargest } from './sparseMasks';

/** Scores of the values of one matrix. It computes nothing itself. */
class MatrixScores extends Module {
  readonly kind = 'edge-scores';
  readonly scores: Parameter;

  constructor(axes: readonly Axis[], make: (shape: number[]) => tf.Tensor) {
    super();
    this.scores = this.addParameter('scores', Parameter.over(axes, make, { decay: false }));
  }

  override ownFlops(): number {
    return 0;
  }

  override apply(): tf.Tensor {
    return fail('prune', 'scores are read, not applied', this.kind);
  }
}

/** A matrix and the scores of its values. */
export interface ScoredMatrix {
  path: string;
  weight: Parameter;
  scores: Parameter;
  /** Takes the scores off the model, and leaves them to the caller. */
  release: () => void;
}

/** Gives the matrix at a path scores, a parameter `<path><suffix>.scores` of the module that holds it. */
export function scoreMatrix(
  model: Module,
  path: string,
  suffix: string,
  make: (shape: number[]) => tf.Tensor
): ScoredMatrix {
  const weight = model.parameters().get(path)!;
  const cut = path.lastIndexOf('.');
  const module = new MatrixScores(weight.axes, make);
  const owner = model.modules().get(cut < 0 ? '' : path.slice(0, cut))!;
  const release = owner.adopt(`${path.slice(cut + 1)}${suffix}`, module);
  return { path, weight, scores: module.scores, release };
}

/** 1 at the scores of largest size, 0 at a share `sparsity` of them. */
export function maskOfScores(scores: tf.Tensor, sparsity: number): tf.Tensor {
  const sizes = read(() => scores.abs()) as Float32Array;
  return tf.tensor(keepLargest([{ path: '', shape: scores.shape, scores: sizes }], sparsity, 'local')[0], scores.shape);
}

/** {@link maskOfScores} whose gradient goes to all scores as if the mask were their sizes (straight-through). */
export function straightThroughMask(scores: tf.Tensor, sparsity: number): tf.Tensor {
  return withGradient([scores], () => maskOfScores(scores, sparsity), (dy) => [dy.mul(scores.sign())]); // prettier-ignore
}
