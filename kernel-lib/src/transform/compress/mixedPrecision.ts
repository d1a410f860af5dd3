import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { chooseOneEach } from '../../base/math';
import { chosenMatrices } from '../prune/matrices';
import type { MatrixChoice } from '../prune/matrices';
import { linearPaths } from '../prune/importance/parts/inputMoments';
import { checkQuantizer, quantizedBytes, roundToCodes } from './quantizer';
import type { QuantizerOptions } from './quantizer';
import { orthogonality } from './orthogonality';
import { grouped } from './grouped';

export interface MixedPrecisionOptions extends Omit<QuantizerOptions, 'bits'>, MatrixChoice {
  /** Bits to choose among. Default `[2, 4, 8]`. */
  bits?: readonly number[];
  /** Bytes that the codes and scales of all matrices may take together. */
  budget: number;
  /**
   * "orthogonality": bits weigh more in matrices whose outputs are less like the others' (OMPQ); needs `inputs`. "error": the squared error of the values is
   * made least. Default "error".
   */
  proxy?: 'orthogonality' | 'error';
  /** Input of the model, of one pass, that outputs are compared on. */
  inputs?: tf.Tensor;
  /** Slope of the weight `exp(-beta gamma)`, gamma the sum of a matrix's likenesses to the others. Default 1. */
  beta?: number;
}

/** Bits of each layer that `compress.mixedPrecision` found, with what they cost. */
export interface MixedPrecision {
  /** Bits by path, for `compress.quantize({ bitsOf })`. */
  bitsOf: Record<string, number>;
  /** Bytes of codes and scales. */
  bytes: number;
  /** Weight of a bit by path, of "orthogonality". */
  weights: Record<string, number>;
}

/**
 * Mixed precision: bits of each matrix under a budget of bytes, by exact integer programming. With the proxy "orthogonality" the sum of bits, weighed by how
 * unlike a matrix's outputs are to the others', is made largest (OMPQ, arXiv 2109.07865); with "error" the squared error of the values least.
 *
 * @throws {SwitchyardError} where an option is out of range, there are no inputs for orthogonality, or no choice fits the budget.
 */
export function mixedPrecision(model: Module, options: MixedPrecisionOptions): MixedPrecision {
  const where = 'compress.mixedPrecision';
  const { bits = [2, 4, 8], budget, proxy = 'error', inputs, beta = 1, include, exclude, ...quantizer } = options;
  bits.forEach((each) => expectInteger(where, 'bits', each, 2, 8));
  expectInteger(where, 'the number of bits', bits.length, 1);
  expectNumber(where, 'budget', budget, 0);
  expectNumber(where, 'beta', beta, 0);
  expectOneOf(where, 'proxy', proxy, ['orthogonality', 'error']);
  if (proxy === 'orthogonality' && inputs === undefined) {
    fail(where, 'orthogonality needs inputs', inputs);
  }
  const settings = bits.map((each) => checkQuantizer(where, { ...quantizer, bits: each }));
  const choice = { ...(include && { include }), ...(exclude && { exclude }) };
  const paths = chosenMatrices(where, model, choice, proxy === 'orthogonality' ? linearPaths(model) : undefined);
  const weights = proxy === 'orthogonality' ? orthogonality(where, model, inputs!, { paths, beta }) : new Map<string, number>(); // prettier-ignore
  const parameters = model.parameters();
  const lists = paths.map((path) => {
    const { variable } = parameters.get(path)!;
    return settings.map((own) =>
      tf.tidy(() => {
        const scales = grouped(where, variable, own.per).rows.shape[0];
        const cost = quantizedBytes(variable.size, scales, own);
        const error = () => roundToCodes(where, variable, own).rounded.sub(variable).square().sum().dataSync()[0];
        return { cost, value: proxy === 'error' ? -error() : weights.get(path)! * own.bits };
      })
    );
  });
  const chosen = chooseOneEach(lists, budget);
  if (chosen === null) {
    const least = lists.reduce((sum, list) => sum + Math.min(...list.map(({ cost }) => cost)), 0);
    return fail(where, `budget must be at least ${least} bytes, what the fewest bits take`, budget);
  }
  return {
    bitsOf: Object.fromEntries(paths.map((path, i) => [path, bits[chosen[i]]])),
    bytes: chosen.reduce((sum, choice, i) => sum + lists[i][choice].cost, 0),
    weights: Object.fromEntries(weights)
  };
}
