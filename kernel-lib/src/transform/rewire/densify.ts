import { expectInteger, fail, given } from '../../base/core';
import type { Features, Graph } from '../../base/graph';
import { cosine } from '../../base/math/cosine';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.densify`. */
export interface DensifyOptions {
  /** Representation of each node from elsewhere, such as of its text, [N, F]. */
  representation: Features;
  /** Degree below which a node is new: loops and parallel edges do not count. */
  below: number;
  /** Nodes that a new one is joined to. */
  k: number;
}

/**
 * Densification for nodes that begin cold (LiGNN, arXiv 2402.11139): each node of few neighbours is joined to the nodes most like it, by the cosine of representations, of those that have enough, so that it hears something. Nodes that
 * have enough are joined to nothing but new ones.
 *
 * @throws {SwitchyardError} where an edge has no way back, the graph is a batch, there is not a representation for each node, or an option is out of range.
 */
export function densify(graph: Graph, options: DensifyOptions): Rewiring {
  const where = 'graph.rewire.densify';
  const { representation, below, k } = given(where, options);
  const { values, width } = given(where, representation, 'representation');
  if (values.length !== width * graph.numNodes) {
    fail(where, `representation must be of ${graph.numNodes} nodes`, values.length / width);
  }
  expectInteger(where, 'below', below, 1);
  expectInteger(where, 'k', k, 1);
  const editable = new EditableGraph(where, graph);
  const row = (node: number): Float32Array => values.subarray(node * width, (node + 1) * width);
  const alike = (i: number, j: number): number => {
    const found = cosine(row(i), row(j));
    return Number.isNaN(found) ? 0 : found;
  };
  const degree = editable.near.map(({ size }) => size);
  const nodes = degree.map((_, node) => node);
  const warm = nodes.filter((node) => degree[node] >= below);
  nodes
    .filter((node) => degree[node] < below)
    .forEach((node) =>
      warm
        .filter((other) => editable.canAdd(node, other))
        .map((other) => ({ other, value: alike(node, other) }))
        .sort((a, b) => b.value - a.value || a.other - b.other)
        .slice(0, k)
        .forEach(({ other, value }) => editable.add(node, other, { value, met: value > 0 }))
    );
  return editable.finish('the cosine of its ends (value) is above 0, so that they are like each other');
}
