import { tf } from '../../base/backend';
import { expectInteger, fail } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { stopGradient } from '../../base/ops';
import { chosenMatrices } from '../prune/matrices';
import type { MatrixChoice } from '../prune/matrices';
import { checkQuantizer, quantizedBytes, roundToCodes } from './quantizer';
import type { QuantizerOptions } from './quantizer';
import { roundMatrices } from './roundMatrices';
import type { RoundedReport } from './roundMatrices';

export interface QuantizeOptions extends QuantizerOptions, MatrixChoice {
  /** Bits of single parameters, by path, as `compress.mixedPrecision` chooses them; others have `bits`. */
  bitsOf?: Readonly<Record<string, number>>;
}

/** Report of `compress.quantize`: bits and error of each matrix. */
export type QuantizeReport = RoundedReport<{
  bits: number;
  /** Squared error over squared norm. */
  error: number;
}>;

/**
 * Quantisation of weights: each value of a matrix becomes the nearest of 2^bits that its group of values can say. A new model, whose values are
 * rounded; the one given stays. Embeddings, heads and routers are left as they are unless `include` names them.
 *
 * @throws {SwitchyardError} where an option is out of range, a value is not finite, or a block does not divide a matrix.
 */
export function quantize<M extends Module>(
  model: M,
  options: QuantizeOptions = {}
): { model: M; report: QuantizeReport } {
  const where = 'compress.quantize';
  const settings = checkQuantizer(where, options);
  const bitsOf = settingsOf(where, model, options, settings);
  return roundMatrices(where, model, [...bitsOf.keys()], {
    transformation: 'quantize',
    round: (value, path) => {
      const own = bitsOf.get(path)!;
      const { rounded, scales } = roundToCodes(where, value, own);
      return { rounded, bytes: quantizedBytes(value.size, scales, own), told: { bits: own.bits } };
    }
  });
}

/**
 * Quantisation in training: until it is taken off, a model computes with its weights rounded, and gradients go through the rounding as if it were
 * not there (straight-through, arXiv 1308.3432). The stored values stay whole; scales follow them.
 *
 * @returns The function that takes it off; called again it does nothing.
 * @throws {SwitchyardError} as `compress.quantize` does.
 */
export function quantizeAware(model: Module, options: QuantizeOptions = {}): () => void {
  const where = 'compress.quantizeAware';
  const settings = checkQuantizer(where, options);
  const parameters = model.parameters();
  const release = [...settingsOf(where, model, options, settings)].map(([path, own]) =>
    straightThrough(where, parameters.get(path)!, own)
  );
  return () => release.forEach((undo) => undo());
}

function straightThrough(where: string, parameter: Parameter, own: Required<QuantizerOptions>): () => void {
  return parameter.wrap((value) => {
    const change = stopGradient(tf.tidy(() => roundToCodes(where, stopGradient(value), own).rounded.sub(stopGradient(value)))); // prettier-ignore
    return value.add(change);
  });
}

/** Settings of each matrix that is quantised. */
function settingsOf(
  where: string,
  model: Module,
  { bitsOf = {}, ...choice }: QuantizeOptions,
  settings: Required<QuantizerOptions>
): Map<string, Required<QuantizerOptions>> {
  const paths = chosenMatrices(where, model, choice);
  const unknown = Object.keys(bitsOf).find((path) => !paths.includes(path));
  if (unknown !== undefined) {
    fail(where, `bitsOf must name matrices that are quantised (${paths.join(', ').slice(0, 300)})`, unknown);
  }
  return new Map(
    paths.map((path) => {
      const bits = bitsOf[path] ?? settings.bits;
      expectInteger(where, `bitsOf "${path}"`, bits, 2, 8);
      return [path, { ...settings, bits }];
    })
  );
}
