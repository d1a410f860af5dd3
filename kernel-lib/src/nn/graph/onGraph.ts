import { tf } from '../../base/backend';
import { type Context, expectInteger, expectShape, fail, Module } from '../../base/core';
import { EDGES, RELATIONS } from '../stateKeys';

/** A directed graph. */
export interface GraphData {
  /** N. */
  numNodes: number;
  /** Source and target of each edge, 0..N-1. */
  edges: readonly (readonly [source: number, target: number])[];
  /** Features of each edge, R of them, 1 or more. Default: none. */
  relations?: readonly (readonly number[])[];
}

/** A network with the graph that it works on: nodes [N, F] to what the network makes of them. */
export class OnGraph extends Module {
  readonly kind = 'on-graph';
  private readonly ids: Int32Array;

  constructor(
    readonly graph: GraphData,
    readonly network: Module
  ) {
    super();
    const { numNodes, edges, relations } = graph;
    expectInteger('graph.OnGraph', 'numNodes', numNodes, 1);
    const wrong = edges.flat().find((node) => !(Number.isInteger(node) && node >= 0 && node < numNodes));
    if (wrong !== undefined) {
      fail('graph.OnGraph', `edges must be of nodes 0..${numNodes - 1}`, wrong);
    }
    const width = relations?.[0]?.length ?? 0;
    if (
      relations !== undefined &&
      (relations.length !== edges.length || width === 0 || relations.some((each) => each.length !== width))
    ) {
      fail('graph.OnGraph', `relations must be as many features of each of the ${edges.length} edges`, relations.map((each) => each.length)); // prettier-ignore
    }
    this.ids = Int32Array.from([...edges.map(([source]) => source), ...edges.map(([, target]) => target)]);
    this.addChild('network', network);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || 'graph.OnGraph', x, [this.graph.numNodes, 'F']);
    ctx.setState(EDGES, tf.tensor2d(this.ids, [2, this.graph.edges.length], 'int32'));
    if (this.graph.relations !== undefined) {
      ctx.setState(RELATIONS, tf.tensor2d(this.graph.relations.map((each) => [...each])));
    }
    return this.network.apply(x, ctx.within('network'));
  }
}
