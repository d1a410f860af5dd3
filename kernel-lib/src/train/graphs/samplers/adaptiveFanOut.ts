import { expectInteger, expectNumber, given } from '../../../base/core';

/** Options of `graph.samplers.adaptiveFanOut`. */
export interface AdaptiveFanOutOptions {
  /** Neighbours at first. Default 1. */
  start?: number;
  /** Neighbours at most. */
  most: number;
  /** Neighbours after a rise over those before. Default 2. */
  factor?: number;
  /** Epochs without a gain after which it rises. Default 2. */
  patience?: number;
  /** Least gain of the metric over its best that counts. Default 0.001. */
  gain?: number;
}

/** A number of neighbours that rises; see {@link adaptiveFanOut}. */
export interface AdaptiveFanOut {
  /** Neighbours now: `fanOut` of `graph.samplers.neighbours`. */
  readonly fanOut: number;
  /** Takes the metric of an epoch, larger is better, and gives the neighbours of the next. */
  tell(metric: number): number;
}

/**
 * Schedule of adaptive neighbour sampling (LiGNN, arXiv 2402.11139): training begins with few neighbours, which is cheap, and takes more of them when the metric of validation has ceased to gain.
 *
 * @throws {SwitchyardError} where an option is out of range, or a metric is no number.
 */
export function adaptiveFanOut(options: AdaptiveFanOutOptions): AdaptiveFanOut {
  const where = 'graph.samplers.adaptiveFanOut';
  const { start = 1, most, factor = 2, patience = 2, gain = 0.001 } = given(where, options);
  expectInteger(where, 'start', start, 1);
  expectInteger(where, 'most', most, start);
  expectNumber(where, 'factor', factor, 1);
  expectInteger(where, 'patience', patience, 1);
  expectNumber(where, 'gain', gain, 0);
  let [fanOut, best, waited] = [start, -Infinity, 0];
  return {
    get fanOut() {
      return fanOut;
    },
    tell(metric) {
      expectNumber(where, 'metric', metric);
      waited = metric > best + gain ? 0 : waited + 1;
      best = Math.max(best, metric);
      if (waited === patience) {
        fanOut = Math.min(most, Math.max(fanOut + 1, Math.round(factor * fanOut)));
        waited = 0;
      }
      return fanOut;
    }
  };
}
