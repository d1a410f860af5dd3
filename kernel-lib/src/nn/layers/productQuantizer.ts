import { tf } from '../../base/backend';
import { Axis, Buffer, expectInteger, fail, Module, sizeOf } from '../../base/core';
import type { Random, Size } from '../../base/core';
import { kMeans } from '../../base/math';

/** Options of `layers.ProductQuantizer`. */
export interface ProductQuantizerOptions {
  /** Heads, each with codebooks of its own. */
  heads: Size;
  /** Width of a head, d. */
  headWidth: Size;
  /** Parts that a vector is cut into, P; they divide d. */
  subspaces: number;
  /** Codewords of a part, W. */
  codewords: number;
}

/**
 * Product quantization (Jegou et al., PAMI 2011): a vector of each head is cut into P parts, and each part replaced by the nearest of W
 * codewords. The codewords are a buffer, "codebooks" [heads P, W, d / P], zeros until {@link ProductQuantizer.learn} was called.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class ProductQuantizer extends Module {
  readonly kind = 'product-quantizer';
  private readonly codebooks: Buffer;
  private readonly heads: Axis;

  constructor(private readonly options: ProductQuantizerOptions) {
    super();
    const where = 'layers.ProductQuantizer';
    const { heads, headWidth, subspaces, codewords } = options;
    expectInteger(where, 'heads', sizeOf(heads), 1);
    expectInteger(where, 'codewords', codewords, 1);
    expectInteger(where, 'subspaces', subspaces, 1, sizeOf(headWidth));
    const width = Axis.of('headWidth', headWidth).pin('codebooks cut it into parts');
    if (width.size % subspaces !== 0) {
      fail(where, `subspaces must divide the width of a head (${width.size})`, subspaces);
    }
    this.heads = Axis.of('heads', heads);
    const lists = Axis.product('heads x parts', this.heads, Axis.fixed('parts', subspaces));
    const axes = [lists, Axis.of('codewords', codewords), Axis.fixed('partWidth', width.size / subspaces)];
    this.codebooks = this.addBuffer('codebooks', Buffer.over(axes, tf.zeros));
  }

  /** Nearest codewords, and their sum; on the vectors of all heads. */
  override ownFlops(): number {
    const [, codewords] = this.codebooks.axes;
    return 4 * this.heads.size * codewords.size * sizeOf(this.options.headWidth);
  }

  /** Vectors [B, heads, N, d] as their codewords say, in the same shape. No gradient reaches them. */
  override apply(x: tf.Tensor): tf.Tensor {
    const { subspaces } = this.options;
    return tf.tidy(() => {
      const codebooks = this.codebooks.read();
      const codewords = codebooks.shape[1]!;
      const parts = this.cut(x); // [heads P, B N, d / P]
      const norms = codebooks.square().sum(2).expandDims(1);
      const distances = norms.sub(tf.matMul(parts, codebooks, false, true).mul(2));
      const codes = distances.argMin(2).toInt();
      const chosen = codes
        .expandDims(2)
        .equal(tf.range(0, codewords, 1, 'int32'))
        .toFloat();
      const [batch, , length, headWidth] = x.shape;
      return tf
        .matMul(chosen, codebooks)
        .reshape([this.heads.size, subspaces, batch, length, headWidth / subspaces])
        .transpose([2, 0, 3, 1, 4])
        .reshape(x.shape);
    });
  }

  /** Learns the codewords from vectors [B, heads, N, d] by k-means; at least W of each head. */
  learn(x: tf.Tensor, random: Random): void {
    const codewords = this.codebooks.shape[1]!;
    const parts = tf.tidy(() => this.cut(x).arraySync() as number[][][]);
    if (parts[0].length < codewords) {
      fail('ProductQuantizer.learn', `there must be at least ${codewords} vectors`, parts[0].length);
    }
    const learnt = parts.map((rows, i) => {
      const next = random.child(i).generator();
      const { centres } = kMeans(
        rows.map((row) => Float64Array.from(row)),
        { count: codewords, next }
      );
      return centres.map((centre) => Array.from(centre));
    });
    tf.tidy(() => this.codebooks.assign(tf.tensor3d(learnt)));
  }

  // [B, heads, N, d] to [heads P, B N, d / P].
  private cut(x: tf.Tensor): tf.Tensor3D {
    const { subspaces } = this.options;
    const [batch, heads, length, headWidth] = x.shape as [number, number, number, number];
    return x
      .reshape([batch, heads, length, subspaces, headWidth / subspaces])
      .transpose([1, 3, 0, 2, 4])
      .reshape([heads * subspaces, batch * length, headWidth / subspaces]);
  }
}
