import { expectInteger, expectNumber, expectOneOf, fail, Random } from '../../../base/core';
import { checkLink, transferSeconds } from '../link';
import type { Link } from '../link';
import { ImmCounter } from './immCounter';

/** Options of `sim.comm.p2p`. */
export interface P2pOptions {
  /** The sender's network cards; a write is cut into packets that go over all of them in turn. */
  nics: readonly Link[];
  /** Largest packet; bytes. Default 4096. */
  packetBytes?: number;
  /**
   * "none": packets arrive up to `jitterSeconds` late, each on its own (as on EFA's SRD). "inOrder": those of a card arrive as
   * sent (as on a reliable connection). Default "none".
   */
  ordering?: 'none' | 'inOrder';
  /** Default 0. */
  jitterSeconds?: number;
  /** Stream of the jitter. Default: seed 0. */
  random?: Random;
}

/** A one-sided write into the receiver's memory. */
export interface Write {
  /** Where it begins in the memory; bytes. */
  offset: number;
  data: Uint8Array;
  /** Number that the receiver counts when the write is complete. */
  immediate: number;
}

/** Arrival of a packet. */
export interface Arrival {
  /** Seconds from the start. */
  at: number;
  /** Index of the write. */
  write: number;
  nic: number;
  offset: number;
  data: Uint8Array;
}

/** Report of a simulated transfer. */
export interface TransferReport {
  /** The receiver's memory after the last packet. */
  memory: Uint8Array;
  /** Packets in the order in which they arrive. */
  arrivals: Arrival[];
  /** When each expected count was reached, by immediate; seconds. Absent where it never was. */
  fired: Map<number, number>;
  /** When the last packet arrives. */
  seconds: number;
}

/**
 * Point-to-point transfers without any assumption about order: the receiver counts immediates, and a count says that
 * all of its writes have landed (TransferEngine, arXiv 2510.27656). All writes are issued at time 0, one after the other. Without
 * jitter p packets of s bytes over n equal cards are there after `latency + ceil(p / n) s / bandwidth`: the cards'
 * latencies run at once with the sending.
 *
 * @param expected - How many writes each immediate stands for.
 * @throws {SwitchyardError} where a write lies outside the memory or an option is out of range.
 */
export function p2p(
  writes: readonly Write[],
  memoryBytes: number,
  expected: ReadonlyMap<number, number>,
  options: P2pOptions
): TransferReport {
  check(writes, memoryBytes, options);
  const arrivals = send(writes, options);
  const memory = new Uint8Array(memoryBytes);
  const fired = new Map<number, number>();
  let now = 0;
  const counter = new ImmCounter();
  expected.forEach((count, immediate) => counter.expect(immediate, count, () => fired.set(immediate, now)));
  const left = writes.map(({ data }) => data.length);
  for (const { at, write, offset, data } of arrivals) {
    now = at;
    memory.set(data, offset);
    left[write] -= data.length;
    if (left[write] === 0) {
      counter.add(writes[write].immediate);
    }
  }
  return { memory, arrivals, fired, seconds: now };
}

function send(writes: readonly Write[], options: P2pOptions): Arrival[] {
  const { nics, packetBytes = 4096, ordering = 'none', jitterSeconds = 0, random = Random.fromSeed(0) } = options;
  const next = random.child('jitter').generator();
  const sending = new Float64Array(nics.length);
  const latest = new Float64Array(nics.length);
  let packet = 0;
  const arrivals = writes.flatMap(({ offset, data }, write) =>
    Array.from({ length: Math.ceil(data.length / packetBytes) }, (_, i) => {
      const nic = packet++ % nics.length;
      const part = data.subarray(i * packetBytes, (i + 1) * packetBytes);
      sending[nic] += transferSeconds(nics[nic], part.length, 0);
      const late = sending[nic] + nics[nic].latency + next() * jitterSeconds;
      const at = ordering === 'inOrder' ? Math.max(latest[nic], late) : late;
      latest[nic] = at;
      return { at, write, nic, offset: offset + i * packetBytes, data: part };
    })
  );
  return arrivals.sort((a, b) => a.at - b.at);
}

function check(writes: readonly Write[], memoryBytes: number, options: P2pOptions): void {
  const where = 'sim.comm.p2p';
  const { nics, packetBytes = 4096, ordering = 'none', jitterSeconds = 0 } = options;
  expectInteger(where, 'the number of nics', nics.length, 1);
  nics.forEach((nic, i) => checkLink(where, `nics[${i}]`, nic));
  expectInteger(where, 'packetBytes', packetBytes, 1);
  expectOneOf(where, 'ordering', ordering, ['none', 'inOrder']);
  expectNumber(where, 'jitterSeconds', jitterSeconds, 0);
  writes.forEach(({ offset, data }, i) => {
    if (!(Number.isInteger(offset) && offset >= 0 && offset + data.length <= memoryBytes && data.length > 0)) {
      fail(where, `write ${i} must have data and lie in the memory's ${memoryBytes} bytes`, [offset, data.length]);
    }
  });
}
