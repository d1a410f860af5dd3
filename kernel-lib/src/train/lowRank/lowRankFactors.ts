import { tf } from '../../base/backend';
import { shrink } from '../../base/core';
import type { Parameter } from '../../base/core';
import { orthonormal } from '../../base/math/qr';
import { svd } from '../../base/math/svd';
import type { Linear } from '../../nn/layers';

/** How singular values are cut: below a share of the norm of all, null where the rank stays; and to so many. */
export interface RankLimit {
  tolerance: number | null;
  maxRank: number;
}

/**
 * A factored matrix as `U S V^T`, U [D, r] and V [H, r] with orthonormal columns. The layer's own factors "down up" show it in one of three forms, so that
 * gradients of its parts are those of the layer's parameters: `(U S) V^T`, `U (V S^T)^T`. Owns its tensors; dispose it.
 */
export class LowRankFactors {
  private u: tf.Tensor2D;
  private s: tf.Tensor2D;
  private v: tf.Tensor2D;
  /** Rank before bases were added to. */
  private before: number;

  constructor(
    readonly path: string,
    private readonly layer: Linear
  ) {
    const [[, down], [, up]] = [this.down, this.up];
    [this.u, this.s, this.v] = tf.tidy(() => {
      const [left, right] = [down.variable, up.variable.transpose()].map((each) => orthonormal(each as tf.Tensor2D));
      const inner = left.transpose<tf.Tensor2D>().matMul(down.variable as unknown as tf.Tensor2D).matMul(up.variable.matMul(right)); // prettier-ignore
      return [left, inner as tf.Tensor2D, right];
    });
    this.before = this.rank;
    this.store(this.rank);
  }

  get rank(): number {
    return this.s.shape[0];
  }

  get down(): [string, Parameter] {
    return this.factor('down');
  }

  get up(): [string, Parameter] {
    return this.factor('up');
  }

  /** `U S`. */
  k(): tf.Tensor2D {
    return tf.matMul<tf.Tensor2D>(this.u, this.s);
  }

  /** `V S^T`. */
  l(): tf.Tensor2D {
    return tf.matMul<tf.Tensor2D>(this.v, this.s, false, true);
  }

  /** The layer computes with factors `U S` and `V^T`. */
  showK(): void {
    this.show(this.k(), this.v.transpose());
  }

  /** The layer computes with factors U and `(V S^T)^T`. */
  showL(): void {
    this.show(this.u, this.l().transpose());
  }

  /** Takes moved K and L into the bases, or, with `fixed`, their directions alone, and shows the layer S between the new ones. */
  augment(k: tf.Tensor2D, l: tf.Tensor2D, fixed: boolean): void {
    const [left, right] = fixed ? [k, l] : [tf.concat2d([k, this.u], 1), tf.concat2d([l, this.v], 1)];
    const [u, v] = [left, right].map(orthonormal);
    const s = tf.matMul<tf.Tensor2D>(tf.matMul(u, this.k(), true), tf.matMul(this.v, v, true));
    this.before = this.rank;
    // A basis of fewer columns than rows were asked for: of a side shorter than twice the rank.
    const rank = Math.max(u.shape[1], v.shape[1]);
    const wide = (x: tf.Tensor2D): tf.Tensor2D => x.pad<tf.Tensor2D>([[0, 0], [0, rank - x.shape[1]]]); // prettier-ignore
    this.take(wide(u), s.pad<tf.Tensor2D>([[0, rank - s.shape[0]], [0, rank - s.shape[1]]]), wide(v)); // prettier-ignore
    this.store(rank);
  }

  /** Moves S against the gradient of `U S`, and cuts the singular values of what comes out. */
  moveS(ofK: tf.Tensor2D, learningRate: number, { tolerance, maxRank }: RankLimit): void {
    const moved = this.s.sub<tf.Tensor2D>(this.u.matMul(ofK, true).mul(learningRate));
    const { u, s, v } = svd(moved);
    const values = s.dataSync<'float32'>();
    const rank = Math.min(tolerance === null ? this.before : rankWithin(values, tolerance), maxRank, values.length);
    const cut = (x: tf.Tensor2D): tf.Tensor2D => x.slice([0, 0], [-1, rank]);
    this.take(tf.matMul(this.u, cut(u)), tf.diag(s.slice([0], [rank])) as tf.Tensor2D, tf.matMul(this.v, cut(v)));
    this.store(rank);
  }

  dispose(): void {
    tf.dispose([this.u, this.s, this.v]);
  }

  private factor(name: 'down' | 'up'): [string, Parameter] {
    const path = this.path === '' ? name : `${this.path}.${name}`;
    return [path, this.layer.parameters().get(name)!];
  }

  private take(u: tf.Tensor2D, s: tf.Tensor2D, v: tf.Tensor2D): void {
    tf.dispose([this.u, this.s, this.v]);
    [this.u, this.s, this.v] = [u, s, v].map((each) => tf.keep(each.clone()));
  }

  /** Gives the layer factors of this rank, and shows `U S` and `V^T`. */
  private store(rank: number): void {
    const axis = this.down[1].axes[1];
    if (axis.size < rank) {
      axis.repeat(Array.from({ length: rank }, (_, i) => Math.min(i, axis.size - 1)));
    } else if (axis.size > rank) {
      axis.keep(Array.from({ length: rank }, (_, i) => i));
    }
    shrink(this.layer);
    tf.tidy(() => this.showK());
  }

  private show(down: tf.Tensor, up: tf.Tensor): void {
    this.down[1].assign(down, `${this.path}.down`);
    this.up[1].assign(up, `${this.path}.up`);
  }
}

/** Least rank, at least 1, whose singular values beyond it have no more than this share of the norm of all. */
export function rankWithin(values: ArrayLike<number>, tolerance: number): number {
  const squares = Array.from(values, (value) => value * value);
  const limit = tolerance ** 2 * squares.reduce((a, b) => a + b, 0);
  let rank = squares.length;
  for (let lost = 0; rank > 1 && lost + squares[rank - 1] <= limit; rank--) {
    lost += squares[rank - 1];
  }
  return rank;
}
