import { tf } from '../../base/backend';
import { Context, fail } from '../../base/core';
import type { Module } from '../../base/core';

/**
 * Weights by orthogonality (OMPQ, arXiv 2109.07865): `exp(-beta gamma_i)`, gamma_i the sum over the other matrices of the likeness of their outputs on an
 * input, `|F_j^T F_i|^2 / (|F_i^T F_i| |F_j^T F_j|)` by Frobenius norms: 0 for outputs whose columns are orthogonal, 1 for the same.
 *
 * @throws {SwitchyardError} where a pass does not reach a matrix, or outputs differ in their number of rows.
 */
export function orthogonality(
  where: string,
  model: Module,
  inputs: tf.Tensor,
  { paths, beta }: { paths: readonly string[]; beta: number }
): Map<string, number> {
  const grams = gramsOf(model, inputs, paths);
  try {
    const all = paths.map(
      (path) => grams.get(path) ?? fail(where, 'inputs must reach every matrix that is quantised', path)
    );
    const wrong = all.find(({ shape }) => shape[0] !== all[0].shape[0]);
    if (wrong !== undefined) {
      fail(where, `outputs of all matrices must have as many rows (${all[0].shape[0]})`, wrong.shape[0]);
    }
    const likeness = (a: tf.Tensor, b: tf.Tensor): number =>
      tf.tidy(() => a.mul(b).sum().div(a.norm().mul(b.norm()).maximum(1e-30)).dataSync()[0]);
    return new Map(
      paths.map((path, i) => {
        const gamma = all.reduce((sum, other, j) => sum + (i === j ? 0 : likeness(all[i], other)), 0);
        return [path, Math.exp(-beta * gamma)];
      })
    );
  } finally {
    tf.dispose([...grams.values()]);
  }
}

/** `F F^T` of the outputs F of each matrix, [rows, rows]: of tokens, or of whole images. */
function gramsOf(model: Module, inputs: tf.Tensor, paths: readonly string[]): Map<string, tf.Tensor> {
  const grams = new Map<string, tf.Tensor>();
  const release = [...model.modules()].flatMap(([path, module]) => {
    const name = paths.find((each) => each === (path === '' ? '' : `${path}.`) + each.slice(each.lastIndexOf('.') + 1));
    return name === undefined
      ? []
      : [
          module.intercept((inner, x) => {
            const y = inner(x);
            const gram = tf.tidy(() => {
              const rows = y.reshape(y.rank === 4 ? [y.shape[0], -1] : [-1, y.shape.at(-1)!]);
              return tf.matMul(rows, rows, false, true);
            });
            grams.get(name)?.dispose();
            grams.set(name, tf.keep(gram));
            return y;
          })
        ];
  });
  const ctx = Context.create();
  try {
    tf.tidy(() => void model.apply(inputs, ctx));
  } finally {
    release.forEach((undo) => undo());
    ctx.dispose();
  }
  return grams;
}
