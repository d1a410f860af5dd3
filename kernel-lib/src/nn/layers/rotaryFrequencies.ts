import { expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';

/** How the frequencies are stretched for a context longer than the one that a model was trained on at first. */
export type RotaryScaling =
  /** All positions are divided by `factor` (arXiv 2306.15595). */
  | { kind: 'linear'; factor: number }
  /** Slow turns are divided by `factor`, quick ones left, those between interpolated (Llama 3.1, arXiv 2407.21783). */
  | { kind: 'llama3'; factor: number; lowFactor: number; highFactor: number; context: number }
  /**
   * The same with a linear ramp between the places of two numbers of turns, and cosines and sines times `attentionFactor`
   * (YaRN, arXiv 2309.00071).
   */
  | {
      kind: 'yarn';
      factor: number;
      betaFast: number;
      betaSlow: number;
      context: number;
      attentionFactor: number;
      /** Rounds the ends of the ramp outward. Default true. */
      truncate?: boolean;
    };

/** Options of rotary positions. */
export interface RotaryOptions {
  /** Base of the wavelengths. Default 10 000. */
  theta?: number;
  /** Values of a head that are turned, the first ones; even. Default: all. */
  turned?: number;
  /** Pairs are neighbours (GPT-J, DeepSeek), and not value i with i + turned / 2. Default false. */
  interleaved?: boolean;
  /** Default: none. */
  scaling?: RotaryScaling;
}

const KINDS = ['linear', 'llama3', 'yarn'] as const;

/** @throws {SwitchyardError} naming `where` and the option that does not fit a head of this width. */
export function checkRotary(
  where: string,
  { theta = 10_000, turned, scaling }: RotaryOptions,
  headWidth: number
): void {
  expectNumber(where, 'rotary.theta', theta, Number.MIN_VALUE);
  const values = turned ?? headWidth;
  expectInteger(where, 'rotary.turned', values, 2, headWidth);
  if (values % 2 !== 0) {
    fail(where, 'rotary.turned must be even', values);
  }
  if (scaling !== undefined) {
    expectOneOf(where, 'rotary.scaling.kind', scaling.kind, KINDS);
    const { kind: _kind, ...numbers } = scaling;
    Object.entries(numbers).forEach(
      ([name, value]) =>
        typeof value === 'number' && expectNumber(where, `rotary.scaling.${name}`, value, Number.MIN_VALUE)
    );
  }
}

/** Angle of each pair for one position, in radians; [turned / 2] (arXiv 2104.09864). */
export function rotaryFrequencies(turned: number, { theta = 10_000, scaling }: RotaryOptions): Float64Array {
  const plain = Float64Array.from({ length: turned / 2 }, (_, pair) => theta ** ((-2 * pair) / turned));
  switch (scaling?.kind) {
    case undefined:
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / scaling.factor);
    case 'llama3':
      return plain.map((frequency) => frequency * keptByTurns(frequency, scaling));
    case 'yarn':
      return yarn(plain, turned, theta, scaling);
  }
}

function keptByTurns(frequency: number, scaling: RotaryScaling & { kind: 'llama3' }): number {
  const { factor, lowFactor, highFactor, context } = scaling;
  const turns = (context * frequency) / (2 * Math.PI);
  const kept = clamp((turns - lowFactor) / (highFactor - lowFactor));
  return kept + (1 - kept) / factor;
}

function yarn(
  plain: Float64Array,
  turned: number,
  theta: number,
  { factor, betaFast, betaSlow, context, truncate = true }: RotaryScaling & { kind: 'yarn' }
): Float64Array {
  // The pair that turns this often over the first context.
  const pairOf = (turns: number): number =>
    (turned * Math.log(context / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [first, last] = [pairOf(betaFast), pairOf(betaSlow)];
  const low = Math.max(0, truncate ? Math.floor(first) : first);
  const high = Math.min(turned - 1, truncate ? Math.ceil(last) : last);
  return plain.map((frequency, pair) => {
    const stretched = clamp((pair - low) / (high === low ? 0.001 : high - low));
    return frequency * (1 - stretched + stretched / factor);
  });
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
