import { expectInteger, expectNumber, Random } from '../core';

/** A statistic with a bootstrap interval. */
export interface Estimate {
  value: number;
  /** Ends of the interval. */
  low: number;
  high: number;
}

/** Options of `moe.analysis.diversity`. */
export interface BootstrapOptions {
  /** Samples drawn with replacement. Default 200. */
  resamples?: number;
  /** Share of them inside the interval, 0..1. Default 0.95. */
  level?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * The percentile bootstrap (Efron 1979): a statistic of `count` independent units, and the interval that holds it in `level`
 * of the samples. Units are what is independent: sequences or batches rather than tokens, where they are known.
 *
 * @param statistic - Of the units with these numbers, repeats included.
 * @throws {SwitchyardError} where there are no units or an option is out of range.
 */
export function bootstrap(
  count: number,
  statistic: (units: Int32Array) => number,
  options: BootstrapOptions = {}
): Estimate {
  const { resamples = 200, level = 0.95, seed = 0 } = options;
  expectInteger('moe.analysis.bootstrap', 'the number of units', count, 1);
  expectInteger('moe.analysis.bootstrap', 'resamples', resamples, 2);
  expectNumber('moe.analysis.bootstrap', 'level', level, 0, 1);
  const random = Random.fromSeed(seed).child('bootstrap');
  const values = Array.from({ length: resamples }, (_, i) => {
    const next = random.child(i).generator();
    return statistic(Int32Array.from({ length: count }, () => Math.floor(next() * count)));
  }).sort((a, b) => a - b);
  const all = Int32Array.from({ length: count }, (_, unit) => unit);
  const tail = (1 - level) / 2;
  return { value: statistic(all), low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/** Of sorted values, linear between them. */
function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
