import { tf } from '../../../../base/backend';
import { masksAt } from '../../../../base/core';
import type { Module } from '../../../../base/core';
import { cholesky, invertUpper } from '../../../../base/math';
import { read } from '../../../../base/ops';
import { keepLargest, keepOfEach } from '../../sparseMasks';
import type { SparsityTarget } from '../../sparseMasks';
import type { InputMoments } from './inputMoments';

interface SolveOptions {
  /** Of the matrix, or of each expert's. */
  copies: readonly InputMoments[];
  target: SparsityTarget;
  factorOf: FactorOf;
  blockSize: number;
}

/** The factor of `inverseFactor` for these moments. */
export type FactorOf = (moments: InputMoments) => Float32Array;

/** Whether an input was 0 all the time. */
export function isDead({ sums, inputs }: InputMoments, input: number): boolean {
  return sums[input * inputs + input] === 0;
}

/** Upper factor U with `U^T U` the inverse of the damped Hessian of a matrix's inputs, row by row; [D * D]. */
export function inverseFactor(where: string, moments: InputMoments, damping: number): Float32Array {
  const { sums, count, inputs } = moments;
  const hessian = sums.map((sum) => (2 * sum) / count);
  let trace = 0;
  for (let i = 0; i < inputs; i++) {
    hessian[i * inputs + i] = isDead(moments, i) ? 1 : hessian[i * inputs + i];
    trace += hessian[i * inputs + i];
  }
  for (let i = 0; i < inputs; i++) {
    hessian[i * inputs + i] += (damping * trace) / inputs;
  }
  return read(() => {
    // From the last input on, the Hessian is R R^T, R an upper triangle; its inverse is then U^T U with U that of R. The inverse itself, in single precision, may not be positive.
    const flipped = tf.tensor2d(hessian, [inputs, inputs]).reverse<tf.Tensor2D>([0, 1]);
    return invertUpper(where, cholesky(where, flipped).reverse<tf.Tensor2D>([0, 1]));
  }) as Float32Array;
}

/** Masks a parameter of a model and makes the values that are left up for the others: SparseGPT's steps on one matrix. */
export function solveMatrix(model: Module, path: string, options: SolveOptions): void {
  const { copies } = options;
  const parameter = model.parameters().get(path)!;
  const mask = masksAt(model, [path]).get(path)!;
  const w = parameter.variable.dataSync<'float32'>().slice();
  const before = mask.variable.dataSync<'float32'>();
  const kept = new Float32Array(w.length);
  const size = w.length / copies.length;
  copies.forEach((moments, copy) => {
    const [own, ownBefore, ownKept] = [w, before, kept].map((all) => all.subarray(copy * size, (copy + 1) * size));
    solveCopy({ w: own, before: ownBefore, kept: ownKept }, { ...options, moments });
  });
  tf.tidy(() => {
    parameter.assign(tf.tensor(w.map((value, i) => value * kept[i]), parameter.shape), path); // prettier-ignore
    mask.assign(tf.tensor(kept, parameter.shape), path);
  });
}

/** The same on the values of one matrix [D, H], in place. */
function solveCopy(
  { w, before, kept }: Pick<Block, 'w' | 'before' | 'kept'>,
  { moments, blockSize, factorOf, target }: SolveOptions & { moments: InputMoments }
): void {
  const { inputs: D } = moments;
  const H = w.length / D;
  w.forEach((value, i) => (w[i] = isDead(moments, Math.floor(i / H)) ? 0 : value * before[i]));
  const factor = factorOf(moments);
  const u = tf.tensor2d(factor, [D, D]);
  for (let begin = 0; begin < D; begin += blockSize) {
    const end = Math.min(D, begin + blockSize);
    const errors = solveBlock({ w, before, kept, factor, begin, end, D, H }, target);
    if (end < D) {
      // What the block leaves to the inputs after it.
      const later = read(() =>
        tf.matMul(u.slice([begin, end], [end - begin, D - end]), tf.tensor2d(errors, [end - begin, H]), true)
      );
      for (let i = 0; i < later.length; i++) {
        w[end * H + i] -= later[i];
      }
    }
  }
  u.dispose();
}

interface Block {
  w: Float32Array;
  /** 0 where an earlier mask took a value. */
  before: Float32Array;
  kept: Float32Array;
  factor: Float32Array;
  begin: number;
  end: number;
  D: number;
  H: number;
}

/** Chooses the masks of a block of inputs, and updates the block's weights; gives the errors of each input, [inputs * H]. */
function solveBlock(block: Block, target: SparsityTarget): Float32Array {
  const { w, kept, factor, begin, end, D, H } = block;
  const errors = new Float32Array((end - begin) * H);
  const choose = (from: number, to: number): void => kept.set(maskOf(block, from, to, target), from * H);
  if ('sparsity' in target) {
    choose(begin, end);
  }
  for (let i = begin; i < end; i++) {
    if ('pattern' in target && (i - begin) % target.pattern.m === 0) {
      choose(i, i + target.pattern.m);
    }
    const at = (i - begin) * H;
    for (let h = 0; h < H; h++) {
      errors[at + h] = (w[i * H + h] * (1 - kept[i * H + h])) / factor[i * D + i];
    }
    for (let j = i; j < end; j++) {
      const share = factor[i * D + j];
      for (let h = 0; h < H; h++) {
        w[j * H + h] -= share * errors[at + h];
      }
    }
  }
  return errors;
}

function maskOf(block: Block, from: number, to: number, target: SparsityTarget): Float32Array {
  const { w, before, factor, D, H } = block;
  const scores = new Float32Array((to - from) * H);
  for (let i = from; i < to; i++) {
    const scale = factor[i * D + i] ** -2;
    for (let h = 0; h < H; h++) {
      const place = i * H + h;
      scores[place - from * H] = before[place] === 0 ? -1 : w[place] ** 2 * scale;
    }
  }
  const scored = { path: '', shape: [to - from, H], scores };
  return 'pattern' in target ? keepOfEach('prune.sparseGpt', scored, target.pattern) : keepLargest([scored], target.sparsity, 'local')[0]; // prettier-ignore
}
