import { tf } from '../backend';
import { expectInteger } from './errors';
import { Context } from './context';
import type { Module } from './module';

/** A time: the median of passes, and the interval that holds the median of all such passes with 95 %. */
export interface Timed {
  readonly milliseconds: number;
  readonly low: number;
  readonly high: number;
}

/** How passes are timed. */
export interface TimingOptions {
  /** Passes of each that are not counted. Default 3. */
  warmUp?: number;
  /** Passes of each that are, 6..1000. Default 31; of fewer than six no interval is known. */
  passes?: number;
  /** Clock, in milliseconds. Default `performance.now`. */
  now?: () => number;
}

/** Passes with their defaults. @throws {SwitchyardError} where a number is out of range. */
export function checkTiming(
  where: string,
  { warmUp = 3, passes = 31, now = () => performance.now() }: TimingOptions
): Required<TimingOptions> {
  expectInteger(where, 'warmUp', warmUp, 0);
  expectInteger(where, 'passes', passes, 6, 1000);
  return { warmUp, passes, now };
}

/**
 * Times of several passes, each in its turn and then all of them again: a machine that slows down meanwhile slows all of them, and none
 * finds its own weights in the cache of a core that did nothing else.
 */
export function timePasses(runs: readonly (() => void)[], { warmUp, passes, now }: Required<TimingOptions>): Timed[] {
  const times = runs.map((): number[] => []);
  for (let round = 0; round < warmUp + passes; round++) {
    runs.forEach((run, i) => {
      const began = now();
      run();
      const took = now() - began;
      if (round >= warmUp) {
        times[i].push(took);
      }
    });
  }
  return times.map(medianOf);
}

/** A pass of a module over an input, until its device is done with it. */
export function passOf(module: Pick<Module, 'apply'>, x: tf.Tensor): () => void {
  return () => {
    const ctx = Context.create();
    try {
      // One value is read: that waits for all that it is computed of, and copies no more.
      tf.tidy(() => void module.apply(x, ctx).flatten().slice(0, 1).dataSync());
    } finally {
      ctx.dispose();
    }
  };
}

/** Median with the interval of its order statistics: the closest pair of ranks that leaves out at most 2.5 % on either side. */
function medianOf(times: readonly number[]): Timed {
  const sorted = [...times].sort((a, b) => a - b);
  const n = sorted.length;
  const cut = lowestRank(n);
  const median = (sorted[Math.floor((n - 1) / 2)] + sorted[Math.ceil((n - 1) / 2)]) / 2;
  return { milliseconds: median, low: sorted[cut], high: sorted[n - 1 - cut] };
}

/** The highest rank, from 0, that lies above the median of what was drawn from with at most 2.5 %. */
function lowestRank(n: number): number {
  let rank = 0;
  let term = 0.5 ** n;
  for (let below = term; below <= 0.025; rank++) {
    term *= (n - rank) / (rank + 1);
    below += term;
  }
  return Math.max(0, rank - 1);
}
