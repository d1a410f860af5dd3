import { fail } from '../core';
import type { Graph } from '../graph';

/**
 * Edge homophily: the share of edges, without loops, whose ends have one class (Zhu et al., arXiv 2006.11468); 0 where there is no edge.
 *
 * @throws {SwitchyardError} where there is not a class for each node.
 */
export function edgeHomophily(graph: Graph, classes: ArrayLike<number>): number {
  const { same, all } = counts('graph.probes.edgeHomophily', graph, classes);
  return share(sum(same), sum(all));
}

/** Node homophily: the mean, over nodes that an edge enters, of the share of those edges that come from its class (Pei et al., arXiv 2002.05287); 0 where there is no edge. */
export function nodeHomophily(graph: Graph, classes: ArrayLike<number>): number {
  const { same, all } = counts('graph.probes.nodeHomophily', graph, classes);
  const shares = Array.from(all).flatMap((count, node) => (count > 0 ? [same[node] / count] : []));
  return share(sum(shares), shares.length);
}

/**
 * Class-insensitive homophily: the mean over classes of how far the share of edges within exceeds the share of nodes that the class has, over one class less (Lim et al., arXiv 2110.14446). 0 where edges know nothing
 * of classes, whatever their sizes; 1 at most.
 */
export function classInsensitiveHomophily(graph: Graph, classes: ArrayLike<number>): number {
  const { same, all } = counts('graph.probes.classInsensitiveHomophily', graph, classes);
  const present = [...new Set(Array.from(classes))].sort((a, b) => a - b);
  const excess = present.map((own) => {
    const nodes = Array.from(classes).flatMap((other, node) => (other === own ? [node] : []));
    const of = (each: Float64Array): number => nodes.reduce((total, node) => total + each[node], 0);
    return Math.max(0, share(of(same), of(all)) - nodes.length / graph.numNodes);
  });
  return present.length < 2 ? 0 : sum(excess) / (present.length - 1);
}

/** Edges that enter each node, and those of them from its class. */
function counts(where: string, graph: Graph, classes: ArrayLike<number>): { same: Float64Array; all: Float64Array } {
  if (classes.length !== graph.numNodes) {
    fail(where, `there must be a class for each of the ${graph.numNodes} nodes`, classes.length);
  }
  const [same, all] = [new Float64Array(graph.numNodes), new Float64Array(graph.numNodes)];
  graph.sources.forEach((source, edge) => {
    const target = graph.targets[edge];
    if (source !== target) {
      all[target]++;
      same[target] += Number(classes[source] === classes[target]);
    }
  });
  return { same, all };
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
