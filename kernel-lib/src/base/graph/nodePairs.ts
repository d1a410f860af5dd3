import type { Graph } from './graph';

/** All ordered pairs of nodes of one graph of a batch, those of a node with itself among them; P, which is the sum of the squares of the graphs' sizes. */
export interface NodePairs {
  /** First node of each pair, ascending, [P]. */
  first: Int32Array;
  /** Second node of each pair, ascending within those of a first one, [P]. */
  second: Int32Array;
  /** Place of the pair the other way round, [P]. */
  reversed: Int32Array;
  /** Place of each node's pair with itself, [N]. */
  own: Int32Array;
  /** Graph of each pair, [P]. */
  graphOf: Int32Array;
  /** Nodes of each graph, [graphs]. */
  sizes: Int32Array;
  /** Place of a pair of nodes of one graph. */
  at(first: number, second: number): number;
}

/** The ordered pairs of the nodes of each graph of a batch, such as ego networks (`graph.egoNetworks`), in the order of their first and then their second node. */
export function nodePairs({ numNodes, numGraphs, graphOf }: Graph): NodePairs {
  const sizes = new Int32Array(numGraphs);
  const of = graphOf ?? new Int32Array(numNodes);
  of.forEach((graph) => sizes[graph]++);
  const [starts, pairsBefore] = [new Int32Array(numGraphs), new Int32Array(numGraphs)];
  for (let graph = 1; graph < numGraphs; graph++) {
    starts[graph] = starts[graph - 1] + sizes[graph - 1];
    pairsBefore[graph] = pairsBefore[graph - 1] + sizes[graph - 1] ** 2;
  }
  const at = (first: number, second: number): number => {
    const graph = of[first];
    return pairsBefore[graph] + (first - starts[graph]) * sizes[graph] + second - starts[graph];
  };
  const count = sizes.reduce((sum, size) => sum + size * size, 0);
  const [first, second, reversed, graphs] = Array.from({ length: 4 }, () => new Int32Array(count));
  of.forEach((graph, node) => {
    for (let other = starts[graph]; other < starts[graph] + sizes[graph]; other++) {
      const place = at(node, other);
      [first[place], second[place], reversed[place], graphs[place]] = [node, other, at(other, node), graph];
    }
  });
  return { first, second, reversed, own: of.map((_, node) => at(node, node)), graphOf: graphs, sizes, at };
}
