import { expectInteger, expectOneOf, fail, given } from '../../base/core';
import { type Graph, loopedOf, symmetricOf } from '../../base/graph';

/** Options of `graph.virgoVariances`. */
export interface VirgoOptions {
  /** Widths of a network of L layers with ReLU between them, [L + 1]: inputs, between layers, outputs. */
  widths: readonly number[];
  /** Size that is kept from layer to layer: that of what nodes hold ("forward") or of the gradients of it ("backward"). Default "forward". */
  mode?: 'forward' | 'backward';
  /** Mean of each node's features, [N]: what the forward variance starts from. Default: 1 of each. */
  features?: ArrayLike<number>;
}

/**
 * Variances of initial weights that keep the size of what nodes hold, or of its gradients, from layer to layer on this graph (Virgo, Li, Song and Wang, ICML 2023): `2 / m S_(l-1) / S_l` of layer l, with m its inputs (forward) or
 * outputs (backward), and S_l the sum of squares of l products with the adjacency that {@link GCN} uses, which is what sums over neighbours do to values that all move together. Of the first layer (forward) it is Kaiming's
 * `2 / m`, of the last (backward) `N / ((m - 1) S_1)`, as a softmax follows. [L], for `graph.gcn({ initializer: layers.normal(Math.sqrt(variance)) })`.
 *
 * @throws {SwitchyardError} where a width is less than 1 (the last less than 2, backward), features are not as many as nodes, or nothing is left of them after a product.
 */
export function virgoVariances(graph: Graph, options: VirgoOptions): number[] {
  const where = 'graph.virgoVariances';
  const { widths, mode = 'forward', features } = given(where, options);
  expectOneOf(where, 'mode', mode, ['forward', 'backward']);
  if (!Array.isArray(widths) || widths.length < 2) {
    fail(where, 'widths must be two or more', widths);
  }
  widths.forEach((width: number) => expectInteger(where, 'widths', width, 1));
  const layers = widths.length - 1;
  if (mode === 'backward') {
    expectInteger(where, 'the last of widths', widths[layers], 2);
    const sums = propagated(where, graph, new Float64Array(graph.numNodes).fill(1), layers);
    const last = graph.numNodes / ((widths[layers] - 1) * sums[0]);
    const rest = sums.slice(1).map((sum, i) => (2 / widths[layers - 1 - i]) * (sums[i] / sum));
    return [last, ...rest].reverse();
  }
  if (features !== undefined && features.length !== graph.numNodes) {
    fail(where, `features must be ${graph.numNodes} in number`, features.length);
  }
  const start = Float64Array.from(features ?? { length: graph.numNodes }, (value) => (features === undefined ? 1 : value as number)); // prettier-ignore
  const sums = propagated(where, graph, start, layers);
  return [2 / widths[0], ...sums.slice(1).map((sum, i) => (2 / widths[i + 1]) * (sums[i] / sum))];
}

/** Sums of squares after one product with the adjacency of graph convolutions, two, and so on. */
function propagated(where: string, graph: Graph, start: Float64Array, steps: number): number[] {
  const looped = loopedOf(graph);
  const weights = symmetricOf(looped);
  let now = start;
  return Array.from({ length: steps }, () => {
    const next = new Float64Array(now.length);
    looped.sources.forEach((source, edge) => (next[looped.targets[edge]] += weights[edge] * now[source]));
    now = next;
    const sum = next.reduce((total, value) => total + value * value, 0);
    return sum > 0 ? sum : fail(where, 'something must be left of the features after a product with the adjacency', sum); // prettier-ignore
  });
}
