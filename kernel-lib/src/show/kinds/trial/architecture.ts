import { fail } from '../../../base/core';
import { layeredLayout } from '../../../base/math';
import { MAX_ARCHITECTURE_EDGES, MAX_ARCHITECTURE_NODES } from '../../../protocol';
import type { Architecture } from '../../../protocol';
import type { ArchitectureGraph } from '../../../search';
import { legal } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';
import { roundScalar } from '../../bounds/rounding';

/**
 * A network laid out in layers, to be drawn; of more nodes than a payload takes the first. One that is laid out is given back.
 *
 * @throws {SwitchyardError} where there is no node, an edge names one that is not there, or edges go round in a circle.
 */
export function architecture(graph: ArchitectureGraph | Architecture): Architecture {
  if (isDrawn(graph)) {
    return graph;
  }
  const where = 'show.trial: architecture';
  const nodes = graph.nodes.slice(0, MAX_ARCHITECTURE_NODES);
  if (nodes.length === 0) {
    fail(where, 'there must be a node', 'none');
  }
  const strange = graph.edges.find((ends) => ends.some((end) => graph.nodes[end] === undefined));
  if (strange !== undefined) {
    fail(where, `edges must be pairs of 0..${graph.nodes.length - 1}`, strange);
  }
  const edges = graph.edges.filter((ends) => ends.every((end) => end < nodes.length)).slice(0, MAX_ARCHITECTURE_EDGES);
  const layout = layeredLayout(nodes.length, edges);
  if (layout === null) {
    return fail(where, 'edges must not go round in a circle', graph.edges);
  }
  const place = (value: number): number => roundScalar(value) ?? 0;
  return {
    nodes: nodes.map(({ label, detail = '' }, i) => ({
      ...{ label: legal(label), detail: legal(detail) },
      ...{ layer: layout.nodes[i].layer, place: place(layout.nodes[i].place) }
    })),
    edges: layout.edges.map(({ from, to, via }) => ({ from, to, via: via.map(place) })),
    ...omitted(0, graph.nodes.length - nodes.length)
  };
}

function isDrawn(graph: ArchitectureGraph | Architecture): graph is Architecture {
  return graph.nodes.length > 0 && 'layer' in graph.nodes[0];
}
