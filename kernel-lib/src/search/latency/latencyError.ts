import type { tf } from '../../base/backend';
import { checkTiming, expectInteger, fail, passOf, Random, timePasses } from '../../base/core';
import type { Module, Timed, TimingOptions } from '../../base/core';
import { kendall } from '../../base/math';
import type { Candidate, Point, Space } from '../space';
import { inputOf } from './latencyPart';
import { expectThisMachine } from './latencyTable';
import type { LatencyTable } from './latencyTable';

/** Options of `nas.latencyError`. */
export interface LatencyErrorOptions extends TimingOptions {
  space: Space;
  /** The whole network of a candidate; it is disposed. */
  build: (candidate: Candidate) => Module;
  /** Shape of its input, or what makes the input, as of the parts. */
  input: readonly number[] | (() => tf.Tensor);
  /** Candidates, drawn from the space. Default 10. */
  candidates?: number;
  /** Default 0. */
  seed?: number;
}

/** How far a latency table is from whole networks. */
export interface LatencyError {
  readonly rows: readonly { readonly point: Point; readonly predicted: Timed; readonly measured: Timed }[];
  /** Root mean square of the differences, in milliseconds. */
  readonly rmse: number;
  /** Mean of the differences' amounts over what was measured. */
  readonly mape: number;
  /** Mean of the differences over what was measured: above 0 where sums are too long. */
  readonly bias: number;
  /** Share of candidates whose prediction is within 10 % of what was measured (nn-Meter's measure). */
  readonly within10: number;
  /** Kendall's tau of the two orders; NaN of fewer than two candidates. */
  readonly kendall: number;
}

const WHERE = 'nas.latencyError';

/**
 * The error of a latency table: candidates are drawn, built whole and timed as parts are, all in turn, and held against the sums.
 *
 * @throws {SwitchyardError} where the table is of another machine or does not hold a part, or an option is out of range.
 */
export function latencyError(table: LatencyTable, options: LatencyErrorOptions): LatencyError {
  const { space, build, input, candidates = 10, seed = 0 } = options;
  expectInteger(WHERE, 'candidates', candidates, 1);
  expectThisMachine(WHERE, table.data);
  const timing = checkTiming(WHERE, options);
  const next = Random.fromSeed(seed).child('latency-error').generator();
  const drawn = new Map<string, Point>();
  // A small space has fewer.
  for (let i = 0; drawn.size < candidates && i < 100 * candidates; i++) {
    const point = space.sample(next);
    drawn.set(space.hash(point), point);
  }
  const points = [...drawn.values()];
  const predictions = points.map((point) => table.predict(space.candidate(point)));
  const x = inputOf({ key: 'the whole network', input });
  const held: Module[] = [];
  try {
    const runs = points.map((point) => {
      const model = build(space.candidate(point));
      held.push(model);
      return passOf(model, x);
    });
    const times = timePasses(runs, timing);
    return errorOf(points.map((point, i) => ({ point, predicted: predictions[i], measured: times[i] })));
  } finally {
    x.dispose();
    held.forEach((each) => each.dispose());
  }
}

function errorOf(rows: LatencyError['rows']): LatencyError {
  const none = rows.find(({ measured }) => !(measured.milliseconds > 0));
  if (none !== undefined) {
    fail(WHERE, 'a pass must take time by the clock', none.measured.milliseconds);
  }
  const mean = (of: (predicted: number, measured: number) => number): number =>
    rows.reduce((sum, { predicted, measured }) => sum + of(predicted.milliseconds, measured.milliseconds), 0) /
    rows.length;
  return {
    rows,
    rmse: Math.sqrt(mean((p, m) => (p - m) ** 2)),
    mape: mean((p, m) => Math.abs(p - m) / m),
    bias: mean((p, m) => (p - m) / m),
    within10: mean((p, m) => (Math.abs(p - m) <= 0.1 * m ? 1 : 0)),
    kendall: kendall(
      rows.map(({ predicted }) => predicted.milliseconds),
      rows.map(({ measured }) => measured.milliseconds)
    )
  };
}
