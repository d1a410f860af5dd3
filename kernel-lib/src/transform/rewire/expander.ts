import { cayley } from '../../base/graph/generators';
import { fromEdges, type Graph } from '../../base/graph';
import { spectralGap } from '../../base/topology';
import { EditableGraph, withEdges } from './editableGraph';
import { type RewiredEdge, type Rewiring, reportOf } from './rewiring';

/** Options of `graph.rewire.expander`. */
export interface ExpanderOptions {
  /** Whether nodes of the Cayley graph that the graph has none for become virtual nodes, after the others and with features 0, so that it stays whole (Cayley graph propagation, Wilson et al., 2024); else it is cut. Default false. */
  complete?: boolean;
}

/** A graph with the expander that information is propagated over. */
export interface ExpanderRewiring extends Rewiring {
  /** The expander alone, for layers that alternate with those over the graph. */
  expander: Graph;
  /** Spectral gap of the expander. */
  expanderGap: number;
}

const CRITERION = 'none for single edges: the gap of the whole Cayley graph stays above a constant; one that is cut may have none (arXiv 2210.02997)'; // prettier-ignore

/**
 * Expander graph propagation (Deac, Lackenby and Velickovic, 2022, arXiv 2210.02997): a Cayley graph of SL(2, Z_n), the smallest with as many nodes at least, breadth first from the identity. Returned alone, for every
 * second layer, and laid over the graph, with a type of edge of its own.
 *
 * @throws {SwitchyardError} where an edge has no way back, or the graph is a batch.
 */
export function expander(graph: Graph, { complete = false }: ExpanderOptions = {}): ExpanderRewiring {
  const where = 'graph.rewire.expander';
  const editable = new EditableGraph(where, graph);
  const whole = smallest(graph.numNodes);
  const size = complete ? whole.numNodes : graph.numNodes;
  const alone = cut(whole, size);
  const none = { value: null, met: null };
  const added = pairs(alone)
    .filter(([source, target]) => !editable.near[source]?.has(target))
    .map(([source, target]): RewiredEdge => ({ source, target, ...none }));
  const output = withEdges(graph, added, { newNodes: size - graph.numNodes });
  const report = reportOf(where, graph, output, { criterion: CRITERION, added, removed: [] });
  return { graph: output, report, expander: alone, expanderGap: spectralGap(alone) };
}

function smallest(nodes: number): Graph {
  for (let modulus = 2; ; modulus++) {
    const found = cayley({ modulus });
    if (found.numNodes >= nodes) {
      return found;
    }
  }
}

/** The first nodes of a graph with the edges between them. */
function cut(whole: Graph, size: number): Graph {
  return fromEdges({ numNodes: size, edges: pairs(whole).filter(([, target]) => target < size), undirected: true });
}

function pairs({ sources, targets }: Graph): [number, number][] {
  return Array.from(sources, (source, edge): [number, number] => [source, targets[edge]]).filter(([a, b]) => a < b);
}
