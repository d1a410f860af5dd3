import { expectInteger, fail } from '../../../base/core';
import type { Random, RoutingRecord } from '../../../base/core';
import { p2p } from './p2p';
import type { P2pOptions, Write } from './p2p';

/** Options of `sim.comm.dispatchCombine`. */
export interface DispatchCombineOptions {
  /** Tokens, row by row; [T * D]. Device r holds the r-th of P equal blocks. */
  tokens: Float32Array;
  /** D. */
  width: number;
  routing: Pick<RoutingRecord, 'indices' | 'weights' | 'k' | 'numTokens' | 'numExperts'>;
  /** Device of each expert; [E]. */
  deviceOf: ArrayLike<number>;
  numDevices: number;
  /** Function of expert e on a token [D]. Default: the token itself. */
  expert?: (e: number, token: Float32Array) => Float32Array;
  /** How each device sends. */
  transfer: Omit<P2pOptions, 'random'>;
  /** Stream of the jitter. */
  random: Random;
}

/** Report of a simulated dispatch and combine. */
export interface DispatchCombineReport {
  /** Weighted sums of the experts' outputs, [T * D]; zeros where a token has no choice. */
  outputs: Float32Array;
  /** Rows that each device received to compute; [P]. */
  received: Int32Array;
  /** When the last device had all of its rows, and when the last had all results; seconds. */
  dispatchSeconds: number;
  combineSeconds: number;
}

/** A row on its way: choice `assignment` of token `floor(assignment / K)`. */
interface Row {
  assignment: number;
  home: number;
  host: number;
}

/**
 * Dispatches tokens to experts and combines their results over point-to-point writes, the values included: every device
 * writes its rows into the receivers' buffers, and a receiver computes when its counter has fired. Rows for the own device are
 * copied. A device's writes share its cards; those of different devices do not meet.
 *
 * @throws {SwitchyardError} where sizes do not fit, or a counter does not fire.
 */
export function dispatchCombine(options: DispatchCombineOptions): DispatchCombineReport {
  const { tokens, width, routing, numDevices, random, expert = (_, token) => token } = options;
  const { k, numTokens, indices, weights } = routing;
  const rows = rowsOf(options);
  const received = new Int32Array(numDevices);
  rows.forEach(({ host }) => received[host]++);
  const there = exchange(rows, options, {
    ...{ sender: 'home', receiver: 'host', random: random.child('dispatch') },
    read: ({ assignment }) => rowAt(tokens, Math.floor(assignment / k), width)
  });
  const results = there.rows.map((token, i) => expert(indices[rows[i].assignment], token));
  const back = exchange(rows, options, {
    ...{ sender: 'host', receiver: 'home', random: random.child('combine') },
    read: (_, i) => results[i]
  });
  const outputs = new Float32Array(numTokens * width);
  back.rows.forEach((result, i) => {
    const { assignment } = rows[i];
    const start = Math.floor(assignment / k) * width;
    result.forEach((value, d) => (outputs[start + d] += weights[assignment] * value));
  });
  return { outputs, received, dispatchSeconds: there.seconds, combineSeconds: back.seconds };
}

interface Exchange {
  sender: 'home' | 'host';
  receiver: 'home' | 'host';
  random: Random;
  read: (row: Row, index: number) => Float32Array;
}

/** Sends every row from sender to receiver; the rows as they arrived, and when the last receiver had all. */
function exchange(rows: readonly Row[], options: DispatchCombineOptions, { sender, receiver, random, read }: Exchange) {
  const { width, numDevices, transfer } = options;
  const rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
  const arrived = new Array<Float32Array>(rows.length);
  let seconds = 0;
  for (let from = 0; from < numDevices; from++) {
    const own = Array.from(rows.keys()).filter((i) => rows[i][sender] === from);
    const local = own.filter((i) => rows[i][receiver] === from);
    local.forEach((i) => (arrived[i] = read(rows[i], i)));
    const away = own.filter((i) => rows[i][receiver] !== from);
    if (away.length === 0) {
      continue;
    }
    // The immediate names the receiver: each waits for its own rows of this sender.
    const writes = away.map((i, slot): Write => ({
      offset: slot * rowBytes,
      data: new Uint8Array(read(rows[i], i).slice().buffer),
      immediate: rows[i][receiver]
    }));
    const expected = new Map<number, number>();
    writes.forEach(({ immediate }) => expected.set(immediate, (expected.get(immediate) ?? 0) + 1));
    const done = p2p(writes, away.length * rowBytes, expected, { ...transfer, random: random.child(from) });
    if (done.fired.size !== expected.size) {
      fail('sim.comm.dispatchCombine', 'internal: all counters must fire', done.fired.size);
    }
    const values = new Float32Array(done.memory.buffer);
    away.forEach((i, slot) => (arrived[i] = rowAt(values, slot, width)));
    seconds = Math.max(seconds, ...done.fired.values());
  }
  return { rows: arrived, seconds };
}

function rowsOf({ tokens, width, routing, deviceOf, numDevices }: DispatchCombineOptions): Row[] {
  const where = 'sim.comm.dispatchCombine';
  const { indices, k, numTokens, numExperts } = routing;
  expectInteger(where, 'numDevices', numDevices, 1);
  if (tokens.length !== numTokens * width) {
    fail(where, `tokens must have T * D (${numTokens * width}) values`, tokens.length);
  }
  for (let e = 0; e < numExperts; e++) {
    expectInteger(where, `deviceOf[${e}]`, deviceOf[e], 0, numDevices - 1);
  }
  return Array.from(indices.keys())
    .filter((assignment) => indices[assignment] >= 0)
    .map((assignment) => ({
      assignment,
      home: Math.floor((Math.floor(assignment / k) * numDevices) / numTokens),
      host: deviceOf[indices[assignment]]
    }));
}

function rowAt(values: Float32Array, row: number, width: number): Float32Array {
  return values.subarray(row * width, (row + 1) * width);
}
