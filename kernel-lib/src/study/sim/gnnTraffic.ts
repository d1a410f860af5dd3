import { expectInteger, given } from '../../base/core';
import type { Graph } from '../../base/graph';

/** Options of `sim.gnnTraffic`. */
export interface GnnTrafficOptions {
  /** Device of each node, from 0, where the graph is split; [N]. */
  parts: ArrayLike<number>;
  /** Layers, L. */
  layers: number;
  /** Devices, D, that hold consecutive layers where these are split; at most L. Default: as many as parts, or layers. */
  devices?: number;
  /** Values of a node between layers, W. */
  width: number;
}

/** Values that are sent in an epoch of full-graph training, forward and back. */
export interface GnnTraffic {
  /** The graph is split: in each layer each node goes to every other device that has a node which hears it. */
  graphParallel: number;
  /** The layers are split: all nodes go from each device to the next. */
  layerParallel: number;
  /** The first over the second; 0 where nothing is sent, Infinity where only the first is. */
  ratio: number;
}

/**
 * Traffic of full-graph training of a graph network, counted: with the graph split over devices, and with its layers split (GNNPipe, arXiv 2308.10087), whose traffic does not grow with the layers.
 *
 * @throws {SwitchyardError} where a device is not of each node, or an option is out of range.
 */
export function gnnTraffic(graph: Graph, options: GnnTrafficOptions): GnnTraffic {
  const where = 'sim.gnnTraffic';
  const { parts, layers, width } = given(where, options);
  expectInteger(where, 'parts of nodes', parts.length, graph.numNodes, graph.numNodes);
  Array.from(parts).forEach((part) => expectInteger(where, 'parts', part, 0));
  expectInteger(where, 'layers', layers, 1);
  expectInteger(where, 'width', width, 1);
  const split = Array.from(parts).reduce((most, part) => Math.max(most, part + 1), 1);
  const { devices = Math.min(split, layers) } = options;
  expectInteger(where, 'devices', devices, 1, layers);
  const copies = new Set<number>();
  graph.sources.forEach((source, edge) => {
    const to = parts[graph.targets[edge]];
    if (to !== parts[source]) {
      copies.add(source * split + to);
    }
  });
  const graphParallel = 2 * layers * copies.size * width;
  const layerParallel = 2 * (devices - 1) * graph.numNodes * width;
  return { graphParallel, layerParallel, ratio: graphParallel === 0 ? 0 : graphParallel / layerParallel };
}
