import { tf } from '../../base/backend';
import { type Context, expectInteger, expectShape, fail, Module } from '../../base/core';
import { EDGES } from '../stateKeys';

/** A directed graph. */
export interface GraphData {
  /** N. */
  numNodes: number;
  /** Source and target of each edge, 0..N-1. */
  edges: readonly (readonly [source: number, target: number])[];
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
    const { numNodes, edges } = graph;
    expectInteger('graph.OnGraph', 'numNodes', numNodes, 1);
    const wrong = edges.flat().find((node) => !(Number.isInteger(node) && node >= 0 && node < numNodes));
    if (wrong !== undefined) {
      fail('graph.OnGraph', `edges must be of nodes 0..${numNodes - 1}`, wrong);
    }
    this.ids = Int32Array.from([...edges.map(([source]) => source), ...edges.map(([, target]) => target)]);
    this.addChild('network', network);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || 'graph.OnGraph', x, [this.graph.numNodes, 'F']);
    ctx.setState(EDGES, tf.tensor2d(this.ids, [2, this.graph.edges.length], 'int32'));
    return this.network.apply(x, ctx.within('network'));
  }
}
