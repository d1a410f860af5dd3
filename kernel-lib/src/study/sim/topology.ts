import { expectInteger } from '../../base/core';
import { checkLink } from './link';
import type { Link } from './link';

/** Options of `sim.topology`. */
export interface TopologyOptions {
  /** Machines. */
  nodes: number;
  /** Accelerators of a machine. */
  devicesPerNode: number;
  /** A device's port to the others of its node, and its port to other nodes. Both work at once, each in both directions. */
  links: { intra: Link; inter: Link };
}

/** A cluster of equal nodes; device d stands in node `floor(d / devicesPerNode)`. */
export interface Topology extends TopologyOptions {
  readonly numDevices: number;
  /** Node of a device. */
  nodeOf(device: number): number;
}

/** @throws {SwitchyardError} where a count is below 1 or a link is impossible. */
export function topology(options: TopologyOptions): Topology {
  const { nodes, devicesPerNode, links } = options;
  expectInteger('sim.topology', 'nodes', nodes, 1);
  expectInteger('sim.topology', 'devicesPerNode', devicesPerNode, 1);
  checkLink('sim.topology', 'links.intra', links.intra);
  checkLink('sim.topology', 'links.inter', links.inter);
  return {
    ...{ nodes, devicesPerNode, links },
    numDevices: nodes * devicesPerNode,
    nodeOf: (device) => Math.floor(device / devicesPerNode)
  };
}
