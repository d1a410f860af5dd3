import { expectInteger, fail } from '../../base/core';
import type { RoutingRecord } from '../../base/core';
import type { Topology } from './topology';

/** Options of `sim.traffic`. */
export interface TrafficOptions {
  topology: Topology;
  /** Routing of a pass: `core.RoutingRecord`. */
  routing: Pick<RoutingRecord, 'indices' | 'k' | 'numTokens' | 'numExperts' | 'dropped'>;
  /** Device of each expert; [E]. See `sim.placeExperts`. */
  deviceOf: ArrayLike<number>;
  /** Device that holds token t. Default: the tokens in equal blocks, in order. */
  homeOf?: (token: number) => number;
  /** Bytes of a token on the wire: its width times 4 in float32. */
  bytesPerToken: number;
}

/** Traffic between devices, in bytes. */
export interface Traffic {
  /** Bytes that device i sends to device j to dispatch; [P][P]. Combining sends the transpose. */
  bytes: number[][];
  /** Share of the choices that leave the token's node. */
  interNode: number;
  /** Share of the choices that leave the token's device. */
  interDevice: number;
}

/**
 * Bytes that a routing sends over a cluster. A token goes once for each kept choice, as in an all-to-all of a capacity buffer,
 * also where two of its experts share a device.
 *
 * @throws {SwitchyardError} where an expert's device is not one of the topology.
 */
export function traffic({ topology, routing, deviceOf, homeOf, bytesPerToken }: TrafficOptions): Traffic {
  const { numDevices, nodeOf } = topology;
  const { indices, k, numTokens, numExperts, dropped } = routing;
  if (deviceOf.length !== numExperts) {
    fail('sim.traffic', `deviceOf must have E (${numExperts}) entries`, deviceOf.length);
  }
  for (let e = 0; e < numExperts; e++) {
    expectInteger('sim.traffic', `deviceOf[${e}]`, deviceOf[e], 0, numDevices - 1);
  }
  const home = homeOf ?? ((token: number) => Math.floor((token * numDevices) / numTokens));
  const bytes = Array.from({ length: numDevices }, () => new Array<number>(numDevices).fill(0));
  let [kept, leftNode, leftDevice] = [0, 0, 0];
  for (let a = 0; a < numTokens * k; a++) {
    if (indices[a] < 0 || dropped?.[a] === 1) {
      continue;
    }
    const [from, to] = [home(Math.floor(a / k)), deviceOf[indices[a]]];
    bytes[from][to] += bytesPerToken;
    kept++;
    leftNode += nodeOf(from) === nodeOf(to) ? 0 : 1;
    leftDevice += from === to ? 0 : 1;
  }
  return { bytes, interNode: leftNode / kept, interDevice: leftDevice / kept };
}
