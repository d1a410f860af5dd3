import { existsSync } from 'fs';
import { machine, tf } from '../../base/backend';
import { checkTiming, fail, passOf, timePasses } from '../../base/core';
import type { Timed, TimingOptions } from '../../base/core';
import type { Point, Space } from '../space';
import { pointsOfParts, readyPart } from './latencyPart';
import type { LatencyPart, PartsOf, ReadyPart } from './latencyPart';
import { LatencyTable } from './latencyTable';
import type { LatencyTableData } from './latencyTable';
import { openLatencyTable } from './openLatencyTable';

/** Options of `nas.latencyTable`. */
export interface LatencyTableOptions extends TimingOptions {
  /** Space of the candidates, without a constraint on their time. */
  space: Space;
  /** Parts of a candidate. */
  parts: PartsOf;
  /**
   * Points whose parts are measured. Default: all of a space of at most 4,096, of a larger one draws until 1,000 in a row bring no new part.
   */
  points?: Iterable<Point>;
  /** Where the table is kept; what it holds already is not measured again. Default: in memory. */
  file?: string;
  /** Ends the measuring; what was measured is in the file. */
  signal?: AbortSignal;
}

const WHERE = 'nas.latencyTable';
/** Parts that are in memory, and take turns, at a time. */
const AT_A_TIME = 16;
/** More parts than this are no blocks but networks. */
const MOST_PARTS = 20_000;

/**
 * A latency table measured here: each part of a space's candidates is built once, warmed up and timed, the parts in turn, on as many threads as this process has. Entries are without what an empty pass takes. Nothing else should run on the
 * machine meanwhile.
 *
 * @throws {SwitchyardError} where a part has no key, an option is out of range, or the file holds a table of another machine.
 */
export async function latencyTable(options: LatencyTableOptions): Promise<LatencyTable> {
  const { space, parts, file, signal } = options;
  const timing = checkTiming(WHERE, options);
  const known = file !== undefined && existsSync(file) ? openLatencyTable(file, { parts }).data : null;
  const wanted = collect(space, parts, options.points).filter(({ key }) => !Object.hasOwn(known?.entries ?? {}, key));
  const { warmUp, passes } = timing;
  let data: LatencyTableData = known ?? {
    format: 'switchyard-latency-table-1',
    machine: machine(),
    date: new Date().toISOString(),
    ...{ warmUp, passes, overhead: emptyPass(timing), entries: {} }
  };
  for (let at = 0; at < wanted.length; at += AT_A_TIME) {
    signal?.throwIfAborted();
    const measured = measure(wanted.slice(at, at + AT_A_TIME), data.overhead, timing);
    data = { ...data, entries: { ...data.entries, ...measured } };
    if (file !== undefined) {
      new LatencyTable(data, parts).save(file);
    }
    // An interrupt is heard between two groups.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return new LatencyTable(data, parts);
}

/** Each part of the points, once. */
function collect(space: Space, parts: PartsOf, points?: Iterable<Point>): LatencyPart[] {
  const found = new Map<string, LatencyPart>();
  let before = 0;
  const wasNew = (): boolean => {
    const grew = found.size > before;
    before = found.size;
    return grew;
  };
  for (const point of points ?? pointsOfParts(space, wasNew)) {
    for (const part of parts(space.candidate(point))) {
      if (typeof part.key !== 'string' || part.key === '') {
        fail(WHERE, 'each part must have a key', part.key);
      }
      found.set(part.key, part);
    }
    if (found.size > MOST_PARTS) {
      fail(WHERE, `parts must be such as many candidates share, at most ${MOST_PARTS}`, `${found.size} and more`);
    }
  }
  return [...found.values()];
}

function emptyPass(timing: Required<TimingOptions>): Timed {
  const x = tf.zeros([1]);
  try {
    return timePasses([passOf({ apply: (y) => y.clone() }, x)], timing)[0];
  } finally {
    x.dispose();
  }
}

/** Times of parts, without an empty pass. */
function measure(
  parts: readonly LatencyPart[],
  overhead: Timed,
  timing: Required<TimingOptions>
): Record<string, Timed> {
  const held: ReadyPart[] = [];
  try {
    const runs = parts.map((part) => {
      const own = readyPart(part);
      held.push(own);
      return passOf(own.module, own.input);
    });
    const net = (value: number): number => Math.max(0, value - overhead.milliseconds);
    return Object.fromEntries(
      timePasses(runs, timing).map(({ milliseconds, low, high }, i) => [
        parts[i].key,
        { milliseconds: net(milliseconds), low: net(low), high: net(high) }
      ])
    );
  } finally {
    held.forEach((each) => each.dispose());
  }
}
