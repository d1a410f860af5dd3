import { tf } from '../../base/backend';
import { expectInteger, fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { kMeans } from '../../base/math';
import { chosenMatrices } from '../prune/matrices';
import type { MatrixChoice } from '../prune/matrices';
import { grouped } from './grouped';
import { roundMatrices } from './roundMatrices';
import type { RoundedReport } from './roundMatrices';

/** Options of `compress.productQuantize`. */
export interface ProductQuantizeOptions extends MatrixChoice {
  /** Inputs of an output that are one code, d; they divide the inputs. Default 8. */
  subvector?: number;
  /** Codewords of a codebook. Default 256, a byte for d values. */
  codewords?: number;
  /**
   * "part": a codebook for each d inputs, learned over the outputs (Jegou et al.); "matrix": one for all parts of a matrix (Stock et al.), which takes
   * a part of the bytes. Each expert of a bank has its own. Default "part".
   */
  codebook?: 'part' | 'matrix';
  /** Rounds of k-means at most. Default 25. */
  rounds?: number;
  /** Default 0. */
  seed?: number;
}

/** Report of `compress.productQuantize`: codebooks and error of each matrix. */
export type ProductQuantizeReport = RoundedReport<{
  /** Codebooks of the matrix, and codewords of each. */
  codebooks: number;
  codewords: number;
  /** Squared error over squared norm. */
  error: number;
}>;

/**
 * Product quantisation of weights (Jegou et al., PAMI 2011; of networks Gong et al., arXiv 1412.6115, and Stock et al., arXiv 1907.05686): the inputs of
 * each output are cut into vectors of d, and each vector becomes the nearest of the codewords that k-means found. A new model, whose values are those of
 * codewords; the one given stays. Embeddings, heads and routers are left as they are unless `include` names them.
 *
 * @throws {SwitchyardError} where an option is out of range, a value is not finite, d does not divide the inputs, or a codebook has fewer vectors than codewords.
 */
export function productQuantize<M extends Module>(
  model: M,
  options: ProductQuantizeOptions = {}
): { model: M; report: ProductQuantizeReport } {
  const where = 'compress.productQuantize';
  const { subvector = 8, codewords = 256, codebook = 'part', rounds = 25, seed = 0, ...choice } = options;
  expectInteger(where, 'subvector', subvector, 1);
  expectInteger(where, 'codewords', codewords, 2);
  expectInteger(where, 'rounds', rounds, 1);
  const random = Random.fromSeed(seed);
  return roundMatrices(where, model, chosenMatrices(where, model, choice), {
    transformation: 'product-quantize',
    round: (value, path) => {
      const { rows, restore } = grouped(where, value, subvector, 'subvector');
      const copies = value.rank === 3 ? value.shape[0] : 1;
      const parts = value.size / copies / value.shape.at(-1)! / subvector;
      const lists = listsOf(rows.shape[0], { copies, parts, codebook });
      const [{ length }] = lists;
      if (length < codewords) {
        fail(where, `codewords must be at most the vectors of a codebook of "${path}" (${length})`, codewords);
      }
      const values = rows.dataSync<'float32'>().slice();
      const next = random.child(path).generator();
      lists.forEach((list) => toCodewords(values, subvector, list, { count: codewords, next, rounds }));
      const bits = Math.ceil(Math.log2(codewords));
      return {
        rounded: restore(tf.tensor2d(values, rows.shape)),
        bytes: Math.ceil((rows.shape[0] * bits) / 8) + 4 * lists.length * codewords * subvector,
        told: { codebooks: lists.length, codewords }
      };
    }
  });
}

/** Numbers of the vectors that share a codebook. Vectors stand part by part, output by output, expert by expert. */
function listsOf(
  count: number,
  { copies, parts, codebook }: { copies: number; parts: number; codebook: 'part' | 'matrix' }
): number[][] {
  const own = codebook === 'part' ? parts : 1;
  const lists: number[][] = Array.from({ length: copies * own }, () => []);
  for (let row = 0; row < count; row++) {
    lists[Math.floor(row / (count / copies)) * own + (row % own)].push(row);
  }
  return lists;
}

/** Puts the nearest codewords in place of these vectors. */
function toCodewords(
  values: Float32Array,
  width: number,
  list: readonly number[],
  options: Parameters<typeof kMeans>[1]
): void {
  const vectors = list.map((row) => Float64Array.from(values.subarray(row * width, (row + 1) * width)));
  const { centres, members } = kMeans(vectors, options);
  members.forEach((of, c) => of.forEach((i) => values.set(centres[c], list[i] * width)));
}
