import { expectOneOf, fail } from '../../base/core';
import { transferSeconds } from './link';
import type { Topology } from './topology';

/** Options of `sim.allToAll`. */
export interface AllToAllOptions {
  topology: Topology;
  /** Bytes that device i sends to device j; [P][P]. The diagonal costs nothing, and where nothing is sent no message is. */
  bytes: readonly (readonly number[])[];
  /**
   * "flat": each pair exchanges a message. "bilevel": each device first sends to the device of its own rank in every
   * other node all that is for that node, then the nodes distribute inside (SMILE, arXiv 2212.05191; also known as 2D
   * hierarchical all-to-all). Default "flat".
   */
  algorithm?: 'flat' | 'bilevel';
}

/** Traffic over the ports of one kind. */
export interface PortUse {
  /** Of all devices. */
  messages: number;
  bytes: number;
  /** Most messages that one device sends. */
  maxMessages: number;
}

/** Time of an all-to-all, with what it is made of. */
export interface AllToAllCost {
  seconds: number;
  intra: PortUse;
  inter: PortUse;
}

type Matrix = readonly (readonly number[])[];

/**
 * Cost of an all-to-all. A port sends its messages one after the other, receives them likewise at the same time, and the
 * two ports of a device work at once; so a stage lasts as long as its busiest port, and the stages of "bilevel" follow each
 * other. With equal messages of b bytes between n nodes of m devices, flat is
 * `max((m-1) (a1 + b/B1), (n-1) m (a2 + b/B2))` and bilevel `(n-1) (a2 + m b/B2) + (m-1) (a1 + n b/B1)`.
 *
 * @throws {SwitchyardError} where `bytes` is not [P][P] of numbers of at least 0.
 */
export function allToAll({ topology, bytes, algorithm = 'flat' }: AllToAllOptions): AllToAllCost {
  expectOneOf('sim.allToAll', 'algorithm', algorithm, ['flat', 'bilevel']);
  const { numDevices } = topology;
  if (bytes.length !== numDevices || bytes.some((row) => row.length !== numDevices)) {
    fail('sim.allToAll', `bytes must be [${numDevices}][${numDevices}]`, `[${bytes.length}][${bytes[0]?.length}]`);
  }
  const wrong = bytes.flat().find((b) => !(b >= 0 && b < Infinity));
  if (wrong !== undefined) {
    fail('sim.allToAll', 'bytes must be finite numbers of at least 0', wrong);
  }
  const stages = algorithm === 'flat' ? [bytes] : bilevelStages(topology, bytes);
  return stages.map((stage) => stageCost(topology, stage)).reduce(inTurn);
}

/** Between nodes to the device of the same rank, then within the nodes. */
function bilevelStages(topology: Topology, bytes: Matrix): Matrix[] {
  const { numDevices, devicesPerNode, nodeOf } = topology;
  const between = zeros(numDevices);
  const within = zeros(numDevices);
  for (let from = 0; from < numDevices; from++) {
    for (let to = 0; to < numDevices; to++) {
      const relay = nodeOf(to) * devicesPerNode + (from % devicesPerNode);
      between[from][relay] += bytes[from][to];
      within[relay][to] += bytes[from][to];
    }
  }
  return [between, within];
}

function stageCost(topology: Topology, bytes: Matrix): AllToAllCost {
  const { links, numDevices, nodeOf } = topology;
  const use = (isInter: boolean): { seconds: number; use: PortUse } => {
    const counts = (of: (device: number, other: number) => number): [number, number][] =>
      Array.from({ length: numDevices }, (_, device) => {
        const others = Array.from({ length: numDevices }, (_, other) => other).filter(
          (other) => other !== device && (nodeOf(other) !== nodeOf(device)) === isInter && of(device, other) > 0
        );
        return [others.length, others.reduce((sum, other) => sum + of(device, other), 0)];
      });
    const sent = counts((device, other) => bytes[device][other]);
    const received = counts((device, other) => bytes[other][device]);
    const link = isInter ? links.inter : links.intra;
    return {
      seconds: Math.max(...[...sent, ...received].map(([messages, size]) => transferSeconds(link, size, messages))),
      use: {
        messages: sent.reduce((sum, [messages]) => sum + messages, 0),
        bytes: sent.reduce((sum, [, size]) => sum + size, 0),
        maxMessages: Math.max(...sent.map(([messages]) => messages))
      }
    };
  };
  const [intra, inter] = [use(false), use(true)];
  return { seconds: Math.max(intra.seconds, inter.seconds), intra: intra.use, inter: inter.use };
}

function inTurn(a: AllToAllCost, b: AllToAllCost): AllToAllCost {
  const sum = (x: PortUse, y: PortUse): PortUse => ({
    messages: x.messages + y.messages,
    bytes: x.bytes + y.bytes,
    maxMessages: x.maxMessages + y.maxMessages
  });
  return { seconds: a.seconds + b.seconds, intra: sum(a.intra, b.intra), inter: sum(a.inter, b.inter) };
}

function zeros(size: number): number[][] {
  return Array.from({ length: size }, () => new Array<number>(size).fill(0));
}
