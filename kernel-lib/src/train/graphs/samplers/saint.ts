import { expectInteger, expectOneOf, fail, given, Random } from '../../../base/core';
import { fromEdges, type Graph, subgraph } from '../../../base/graph';

/** Options of `graph.samplers.saint`. */
export interface SaintOptions {
  /** Way nodes are drawn: each by the squares of the weights that leave it ("node"), both ends of edges by 1 / d of both ("edge"), or random walks along edges from even roots ("walk"). */
  sampler: 'node' | 'edge' | 'walk';
  /** Draws of a subgraph, with replacement: nodes, edges or roots. */
  size: number;
  /** Steps of a walk. Default 2. */
  length?: number;
  /** Subgraphs that inclusion is estimated from; the first ones that are drawn. Default 100. */
  estimate?: number;
  /** Whether weights of edges and losses are divided by inclusion. Default true. */
  normalize?: boolean;
  /** Default 0. */
  seed?: number;
}

/** A drawn subgraph. */
export interface SaintSubgraph {
  /** Induced by its nodes; weights are those of the graph over the share of the node's draws that the edge is in, so that a sum over neighbours is right in expectation where its node is drawn. */
  graph: Graph;
  /** Node of the original that each is, ascending. */
  nodes: Int32Array;
  /** Weight of each node's loss, so that the weighted sum is, in expectation, the mean over all nodes. */
  lossWeights: Float32Array;
}

/** Subgraphs for mini-batches; see {@link saint}. */
export interface SaintSampler {
  /** The i-th subgraph; the same each time. */
  draw(index: number): SaintSubgraph;
  /** Share of the estimate's subgraphs that each node is in, [N]. */
  inclusion: Float32Array;
}

/**
 * GraphSAINT (arXiv 1907.04931): subgraphs on which a whole network runs, so that no layer needs more nodes than the last, with the bias of drawing taken out: messages are divided by `C_uv / C_v` and losses by `C_v / S`, counted over
 * S subgraphs. Weights of the graph (those of GCN: `graph.symmetricWeights` of the whole one) are used as they are; what a subgraph gives is not to be normalised again.
 *
 * @throws {SwitchyardError} where an option is out of range, or the graph has no nodes, or no edges to draw.
 */
export function saint(graph: Graph, options: SaintOptions): SaintSampler {
  const where = 'graph.samplers.saint';
  const { sampler, size, length = 2, estimate = 100, normalize = true, seed = 0 } = given(where, options); // prettier-ignore
  expectOneOf(where, 'sampler', sampler, ['node', 'edge', 'walk']);
  expectInteger(where, 'size', size, 1);
  expectInteger(where, 'length', length, 0);
  expectInteger(where, 'estimate', estimate, 1);
  if (graph.numNodes === 0 || (sampler === 'edge' && graph.numEdges === 0)) {
    fail(where, 'there must be nodes (and edges, to draw these)', graph.numNodes);
  }
  const random = Random.fromSeed(seed).child(where);
  const nodesOf = drawer(graph, { sampler, size, length });
  const drawn = (index: number): Int32Array => Int32Array.from(nodesOf(random.child(index).generator())).sort();
  const [ofNode, ofEdge] = [new Float32Array(graph.numNodes), new Float32Array(graph.numEdges)];
  for (let i = 0; i < estimate; i++) {
    const nodes = drawn(i);
    nodes.forEach((node) => ofNode[node]++);
    edgesAmong(graph, nodes).forEach((edge) => ofEdge[edge]++);
  }
  return {
    inclusion: ofNode.map((count) => count / estimate),
    draw: (index) => {
      expectInteger(where, 'index', index, 0);
      const nodes = drawn(index);
      const edges = edgesAmong(graph, nodes);
      // What the estimate never saw counts as seen once.
      const share = (edge: number): number => (normalize ? Math.max(1, ofEdge[edge]) / Math.max(1, ofNode[graph.targets[edge]]) : 1); // prettier-ignore
      const weights = Float32Array.from(edges, (edge) => graph.weightOf(edge) / share(edge));
      const rate = normalize ? (node: number): number => estimate / (Math.max(1, ofNode[node]) * graph.numNodes) : (): number => 1 / nodes.length; // prettier-ignore
      return { graph: fromEdges({ ...subgraph(graph, nodes).directedOptions, weights }), nodes, lossWeights: Float32Array.from(nodes, rate) }; // prettier-ignore
    }
  };
}

/** Edges among nodes, in the order of the induced subgraph's. */
function edgesAmong({ incoming, targets, sources }: Graph, nodes: Int32Array): Int32Array {
  const kept = new Set(nodes);
  return incoming.edges.filter((edge) => kept.has(sources[edge]) && kept.has(targets[edge]));
}

/** Sets of nodes from a stream of even numbers. */
function drawer(
  graph: Graph,
  { sampler, size, length }: Required<Pick<SaintOptions, 'sampler' | 'size' | 'length'>>
): (next: () => number) => Set<number> {
  const { starts, neighbours } = graph.outgoing;
  const repeated = (draw: () => number[]): Set<number> => new Set(Array.from({ length: size }, draw).flat());
  if (sampler === 'walk') {
    return (next) =>
      repeated(() => {
        const path = [Math.floor(next() * graph.numNodes)];
        for (let step = 0; step < length; step++) {
          const node = path[path.length - 1];
          const degree = starts[node + 1] - starts[node];
          path.push(degree === 0 ? node : neighbours[starts[node] + Math.floor(next() * degree)]);
        }
        return path;
      });
  }
  if (sampler === 'node') {
    const odds = new Float64Array(graph.numNodes);
    graph.sources.forEach((source, edge) => (odds[source] += graph.weightOf(edge) ** 2));
    const all = odds.some((value) => value > 0) ? odds : odds.fill(1);
    const draw = inProportion(all);
    return (next) => repeated(() => [draw(next())]);
  }
  const degree = (node: number): number => graph.incoming.starts[node + 1] - graph.incoming.starts[node] || 1;
  const odds = Float64Array.from(graph.sources, (source, edge) => 1 / degree(source) + 1 / degree(graph.targets[edge]));
  const draw = inProportion(odds);
  return (next) =>
    repeated(() => {
      const edge = draw(next());
      return [graph.sources[edge], graph.targets[edge]];
    });
}

/** Index in proportion to weights, some above 0, by an even number in 0..1: a search in their running sums. */
function inProportion(weights: Float64Array): (uniform: number) => number {
  let total = 0;
  const sums = weights.map((weight) => (total += weight));
  return (uniform) => {
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] <= uniform * total) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
}
