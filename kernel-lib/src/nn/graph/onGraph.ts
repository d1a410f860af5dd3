import { tf } from '../../base/backend';
import { type Context, expectInteger, expectShape, fail, given, Module } from '../../base/core';
import { fromEdges, Graph } from '../../base/graph';
import { GRAPH, RELATIONS } from '../stateKeys';

/** A directed graph as its edges. */
export interface GraphData {
  /** N. */
  numNodes: number;
  /** Source and target of each edge, 0..N-1. */
  edges: readonly (readonly [source: number, target: number])[];
  /** Features of each edge, R of them, 1 or more. Default: none. */
  relations?: readonly (readonly number[])[];
}

/** A network with the graph that it works on: nodes [N, F] to what the network makes of them. The graph is no part of what is saved. */
export class OnGraph extends Module {
  readonly kind = 'on-graph';
  readonly graph: Graph;

  constructor(
    graph: Graph | GraphData,
    readonly network: Module
  ) {
    super();
    this.graph = graph instanceof Graph ? graph : checked(graph);
    this.addChild('network', network);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(given('graph.OnGraph', ctx, 'the pass (ctx)').path || 'graph.OnGraph', x, [this.graph.numNodes, 'F']);
    enterGraph(this.graph, ctx);
    return this.network.apply(x, ctx.within('network'));
  }
}

/** Leaves a graph and the features of its edges in a pass, for the layers that pass messages on it. */
export function enterGraph(graph: Graph, ctx: Context): void {
  const { edgeFeatures, numEdges } = graph;
  ctx.setState(GRAPH, graph);
  // A graph within another has not the features of its edges.
  ctx.clearState(RELATIONS);
  if (edgeFeatures !== undefined) {
    ctx.setState(RELATIONS, tf.tensor2d(edgeFeatures.values, [numEdges, edgeFeatures.width]));
  }
}

function checked(data: GraphData): Graph {
  const { numNodes, edges, relations } = given('graph.OnGraph', data, 'the graph');
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
  return fromEdges({ numNodes, edges, edgeFeatures: relations });
}
