import { fail } from '../core';
import { Graph } from './graph';
import type { Features } from './options';

/**
 * Several graphs as one, beside each other: nodes and edges of each after those of the last, `graphOf` says whose a node is. Graphs without nodes count, at the end as well. Types and features are as they were.
 *
 * @throws {SwitchyardError} where there is no graph, or some have weights, features or types (or widths) that others have not.
 */
export function batch(graphs: readonly Graph[]): Graph {
  if (graphs.length === 0) {
    fail('graph.batch', 'there must be a graph', 'none');
  }
  const starts = graphs.map(() => 0);
  graphs.forEach(({ numNodes }, i) => (starts[i + 1] = starts[i] + numNodes));
  // A graph that has no rows of a kind cannot lack them.
  const all = <T>(
    name: string,
    read: (graph: Graph) => T | undefined,
    rows: (graph: Graph) => number
  ): T[] | undefined => {
    const given = graphs.filter((graph) => rows(graph) > 0 || read(graph) !== undefined).map(read);
    const some = given.filter((each) => each !== undefined);
    if (some.length > 0 && some.length < given.length) {
      fail('graph.batch', `${name} must be of all graphs or of none`, `${some.length} of ${given.length}`);
    }
    return some.length === 0 ? undefined : some;
  };
  const nodes = ({ numNodes }: Graph): number => numNodes;
  const edges = ({ numEdges }: Graph): number => numEdges;
  const features = (name: string, read: (graph: Graph) => Features | undefined, rows: (graph: Graph) => number) => {
    const parts = all(name, read, rows);
    const [width, other] = new Set(parts?.map((each) => each.width));
    if (other !== undefined) {
      fail('graph.batch', `${name} must be of one width (${width})`, other);
    }
    return parts && { values: parts.flatMap(({ values }) => [...values]), width };
  };
  const ends = (read: (graph: Graph) => Int32Array): number[] =>
    graphs.flatMap((graph, i) => Array.from(read(graph), (node) => node + starts[i]));
  return new Graph('graph.batch', {
    numNodes: starts[graphs.length],
    edges: { sources: ends(({ sources }) => sources), targets: ends(({ targets }) => targets) },
    weights: all('weights', ({ weights }) => weights, edges)?.flatMap((each) => [...each]),
    nodeTypes: all('nodeTypes', ({ nodeTypes }) => nodeTypes, nodes)?.flatMap((each) => [...each]),
    edgeTypes: all('edgeTypes', ({ edgeTypes }) => edgeTypes, edges)?.flatMap((each) => [...each]),
    nodeFeatures: features('nodeFeatures', ({ nodeFeatures }) => nodeFeatures, nodes),
    edgeFeatures: features('edgeFeatures', ({ edgeFeatures }) => edgeFeatures, edges),
    graphOf: graphs.flatMap(({ numNodes }, i) => new Array<number>(numNodes).fill(i)),
    numGraphs: graphs.length
  });
}
