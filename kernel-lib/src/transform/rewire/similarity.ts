import { cosine } from '../../base/math/cosine';
import { expectInteger, expectNumber, fail, given } from '../../base/core';
import type { Features, Graph } from '../../base/graph';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.similarity`. */
export interface SimilarityOptions {
  /** Representation of each node, [N, F], such as that of `graph.embed.contrastive`. */
  representation: Features;
  /** Cosine below which an edge is dropped, -1..1. */
  drop: number;
  /** Nodes that each node is joined to besides: those of the largest cosine, of those that it is not beside. Default 0. */
  addK?: number;
}

/**
 * Refinement of a graph's structure by how alike its nodes are (STABLE, arXiv 2207.00012): edges between nodes whose representations are unlike are dropped, and each node is joined to those most like it. A representation of 0 is like
 * nothing, cosine 0.
 *
 * @throws {SwitchyardError} where an edge has no way back, the graph is a batch, there is not a representation for each node, or an option is out of range.
 */
export function similarity(graph: Graph, options: SimilarityOptions): Rewiring {
  const where = 'graph.rewire.similarity';
  const { representation, drop, addK = 0 } = given(where, options);
  const { values, width } = given(where, representation, 'representation');
  if (values.length !== width * graph.numNodes) {
    fail(where, `representation must be of ${graph.numNodes} nodes`, values.length / width);
  }
  expectNumber(where, 'drop', drop, -1, 1);
  expectInteger(where, 'addK', addK, 0);
  const editable = new EditableGraph(where, graph);
  const row = (node: number): Float32Array => values.subarray(node * width, (node + 1) * width);
  const alike = (i: number, j: number): number => {
    const found = cosine(row(i), row(j));
    return Number.isNaN(found) ? 0 : found;
  };
  const before = editable.neighbourhoods;
  before.forEach(
    (near, i) =>
    near.filter((j) => i < j && alike(i, j) < drop).forEach((j) => editable.remove(i, j, { value: alike(i, j), met: true })) // prettier-ignore
  );
  for (let i = 0; addK > 0 && i < graph.numNodes; i++) {
    const others = before.map((_, j) => j).filter((j) => j !== i && !before[i].includes(j));
    const best = others.map((j) => ({ j, value: alike(i, j) })).sort((a, b) => b.value - a.value || a.j - b.j);
    best.slice(0, addK).filter(({ j }) => editable.canAdd(i, j)).forEach(({ j, value }) => editable.add(i, j, { value, met: value >= drop })); // prettier-ignore
  }
  return editable.finish('the cosine of its ends (value) is one that edges are kept at');
}
