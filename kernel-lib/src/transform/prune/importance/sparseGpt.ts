import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, fail } from '../../../base/core';
import type { ValueImportance } from './importance';
import { checkCalibration } from './parts/calibration';
import type { Calibration, CalibrationOptions } from './parts/calibration';
import { blockByBlock } from './parts/blockByBlock';
import { inputMoments, inputsOf, momentsDuring, multipliedPaths } from './parts/inputMoments';
import type { InputMoments } from './parts/inputMoments';
import { maskedValue } from './parts/scoreEach';
import { inverseFactor, isDead, solveMatrix } from './parts/solveMatrix';
import type { FactorOf } from './parts/solveMatrix';

export interface SparseGptOptions extends CalibrationOptions {
  /** Share of the mean of the Hessian's diagonal that is added to it. Default 0.01. */
  damping?: number;
  /** Inputs whose masks are chosen at once, by the weights as they then are. Default 128. */
  blockSize?: number;
}

/**
 * SparseGPT (Frantar and Alistarh, arXiv 2301.00774): `w_ij^2 / U_ii^2`, U the upper Cholesky factor of the inverse Hessian `2/N X^T X` of a matrix's
 * inputs. Masks are chosen a block of inputs at a time, and the weights that are left make up for each input's loss. Matrices of a block of the
 * model are solved on the inputs that the blocks before them, already pruned, give. Inputs that are always 0 lose their weights. An expert's matrices are
 * solved on the tokens that are routed to it, each losing the same share; those of one that none reaches by the size of their values.
 *
 * @throws {SwitchyardError} where an option is out of range, or there is no calibration data; when it scores, where an input is not finite.
 */
export function sparseGpt<B>(calibration: Calibration<B>, options: SparseGptOptions = {}): ValueImportance {
  const where = 'prune.sparseGpt';
  const { damping = 0.01, blockSize = 128, ...rest } = options;
  checkCalibration(where, calibration, rest);
  expectNumber(where, 'damping', damping, Number.MIN_VALUE);
  expectInteger(where, 'blockSize', blockSize, 1);
  return {
    kind: 'sparseGpt',
    scored: multipliedPaths,
    score: (model) => {
      const moments = inputMoments(where, model, calibration, { ...rest, whole: true });
      const factorOf = factors(where, damping);
      return new Map(
        [...moments].map(([path, copies]) => [
          path,
          tf.tidy(() => {
            const value = maskedValue(model, path);
            const scale = tf.stack(known(copies).map((each) => tf.tensor1d(scalesOf(each, factorOf))));
            return value
              .square()
              .reshape([...scale.shape, -1])
              .mul(scale.expandDims(2))
              .reshape(value.shape);
          })
        ])
      );
    },
    solve: (model, paths, target) => {
      if ('pattern' in target && blockSize % target.pattern.m !== 0) {
        fail(where, `blockSize must be a multiple of pattern.m (${target.pattern.m})`, blockSize);
      }
      blockByBlock(model, paths, { calibration, ...rest }, (together, passes) => {
        const only = (path: string): boolean => together.includes(path);
        const moments = momentsDuring(where, model, { whole: true, only, passes });
        const factorOf = factors(where, damping);
        for (const path of together) {
          const seen =
            moments.get(path) ?? fail(where, 'calibration inputs must reach every matrix that is masked', path);
          solveMatrix(model, path, { copies: known(seen), target, factorOf, blockSize });
        }
      });
    }
  };
}

/** Moments of every copy; of an expert that saw no row, those of inputs that are all alike. */
function known(copies: readonly (InputMoments | null)[]): InputMoments[] {
  const inputs = inputsOf(copies);
  const alike = (): Float32Array => {
    const sums = new Float32Array(inputs * inputs);
    for (let i = 0; i < inputs; i++) {
      sums[i * inputs + i] = 1;
    }
    return sums;
  };
  return copies.map((each) => each ?? { count: 1, inputs, sums: alike() });
}

/** `1 / U_ii^2` of each input, 0 of one that is always 0. */
function scalesOf(moments: InputMoments, factorOf: FactorOf): Float32Array {
  const { inputs } = moments;
  const factor = factorOf(moments);
  return Float32Array.from({ length: inputs }, (_, i) => (isDead(moments, i) ? 0 : factor[i * inputs + i] ** -2));
}

/** The factor of each moments, computed once. */
function factors(where: string, damping: number): FactorOf {
  const found = new WeakMap<InputMoments, Float32Array>();
  return (moments) => {
    const factor = found.get(moments) ?? inverseFactor(where, moments, damping);
    found.set(moments, factor);
    return factor;
  };
}
