import { expectOneOf } from '../core';
import { Graph } from './graph';

/** Rule of the weight that edges of one source and target merge to. */
export type EdgeMerge = 'sum' | 'mean' | 'max';

/** The graph with one edge for each pair of nodes that has some, its weight made of theirs (default: their sum; 1 each where there are none); features and types of edges are those of the first. */
export function coalesce(graph: Graph, merge: EdgeMerge = 'sum'): Graph {
  expectOneOf('graph.coalesce', 'merge', merge, ['sum', 'mean', 'max']);
  const first = new Map<number, number>();
  const groups: number[][] = [];
  graph.sources.forEach((source, edge) => {
    const pair = source * graph.numNodes + graph.targets[edge];
    const at = first.get(pair) ?? groups.push([]) - 1;
    first.set(pair, at);
    groups[at].push(edge);
  });
  const heads = groups.map(([edge]) => edge);
  const total = (edges: number[]): number => edges.reduce((sum, edge) => sum + graph.weightOf(edge), 0);
  const weight = (edges: number[]): number =>
    merge === 'max'
      ? edges.reduce((most, edge) => Math.max(most, graph.weightOf(edge)), -Infinity)
      : total(edges) / (merge === 'mean' ? edges.length : 1);
  const { width = 1 } = graph.edgeFeatures ?? {};
  return new Graph('graph.coalesce', {
    ...graph.directedOptions,
    edges: { sources: heads.map((edge) => graph.sources[edge]), targets: heads.map((edge) => graph.targets[edge]) },
    weights: graph.weights === undefined && groups.length === graph.numEdges ? undefined : groups.map(weight),
    edgeTypes: graph.edgeTypes && heads.map((edge) => graph.edgeTypes![edge]),
    edgeFeatures: graph.edgeFeatures && {
      values: heads.flatMap((edge) => [...graph.edgeFeatures!.values.subarray(edge * width, (edge + 1) * width)]),
      width
    }
  });
}
