import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectOneOf,
  Module,
  type Random,
  type Size,
  type SpecData,
  given
} from '../../../base/core';
import {
  type Adjacency,
  adjacencyOf,
  type EgoNetworks,
  type Graph,
  hopsAround,
  inducedBeside,
  type NearNode,
  perGraph
} from '../../../base/graph';
import { neighbourSum } from '../../../base/ops/graph';
import { activate, type Activation, ACTIVATIONS, Linear } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { enterGraph } from '../onGraph';
import { gcn } from './gcn';

/** Options of `graph.natural`. */
export interface NaturalSpecOptions {
  /** Layer of the message network. Default `graph.gcn()`, as in the paper. */
  layer?: SpecData;
  /** Layers of the message network. Default 2. */
  layers?: number;
  /** Width between them. Default: the output's width. */
  hidden?: number;
  /** Steps from either end of an edge, edges taken both ways, that its neighbourhood reaches. Default 1. */
  radius?: number;
  /** Between the layers of the message network. Default "relu". */
  activation?: Activation;
}

/** Options of `graph.Natural`. */
export interface NaturalOptions extends NaturalSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/**
 * Local natural graph network (NGN, arXiv 2007.08349): `x V + sum over the edges u to v of m(G_uv)`, where the message of an edge is what a network of its own makes of the edge's neighbourhood G_uv, its two ends marked, at the
 * target. Edges of neighbourhoods that are not isomorphic thus have other kernels, isomorphic ones the same, and no kernel is tied to an order of nodes. Nodes [N, F] to [N, P]. Cost: a run of the network over M
 * neighbourhoods.
 */
export class Natural extends Module implements GraphLayer {
  readonly kind = 'natural';
  private readonly own: Linear;
  private readonly message: readonly GraphLayer[];
  private readonly around: (graph: Graph) => EdgeNeighbourhoods;
  private readonly activation: Activation;

  constructor(options: NaturalOptions) {
    const { inputWidth, outputWidth, layer = gcn(), layers = 2, hidden, radius = 1, activation = 'relu', random } = given('graph.Natural', options); // prettier-ignore
    super();
    expectOneOf('graph.Natural', 'activation', activation, ACTIVATIONS);
    this.activation = activation;
    expectInteger('graph.Natural', 'layers', layers, 1);
    expectInteger('graph.Natural', 'radius', radius, 0);
    if (hidden !== undefined) {
      expectInteger('graph.Natural', 'hidden', hidden, 1);
    }
    const inputs = Axis.of('inputs', inputWidth);
    let width: Axis = Axis.sum('inputs, marks', inputs, Axis.fixed('marks', 2));
    this.message = Array.from({ length: layers }, (_, i) => {
      const last = i === layers - 1;
      const built = layerSpecs.of(layer).build({ inputWidth: width, outputWidth: last ? outputWidth : (hidden ?? outputWidth), random: random.child(i) }); // prettier-ignore
      width = built.outputs;
      return this.addChild(`message${i}`, built);
    });
    this.own = this.addChild('own', new Linear({ inputWidth: inputs, outputWidth: width, bias: false, random: random.child('own') })); // prettier-ignore
    this.around = perGraph((graph) => edgeNeighbourhoods(graph, radius));
  }

  get outputs(): Axis {
    return this.message[this.message.length - 1].outputs;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const own = this.own.apply(x, ctx.within('own'));
      if (graph.numEdges === 0) {
        return own;
      }
      const { all, marks, into } = this.around(graph);
      const rows = tf.gather(x, tf.tensor1d(all.nodes, 'int32'));
      let nodes = tf.concat([rows, tf.tensor2d(marks, [all.nodes.length, 2])], 1) as tf.Tensor;
      enterGraph(all.graph, ctx);
      this.message.forEach((layer, i) => {
        const y = layer.apply(nodes, ctx.within(`message${i}`));
        nodes = i < this.message.length - 1 ? activate(this.activation, y, ctx) : y;
      });
      enterGraph(graph, ctx);
      return own.add(neighbourSum(nodes as tf.Tensor2D, into));
    });
  }
}

/** Neighbourhoods of all edges side by side, with marks of the ends, and the way from each target's row to its node. */
interface EdgeNeighbourhoods {
  all: EgoNetworks;
  /** [rows, 2]: whether a row is the source, the target. */
  marks: Float32Array;
  into: Adjacency;
}

/** The neighbourhood of each edge: nodes within the radius of an end, the target first. */
function edgeNeighbourhoods(graph: Graph, radius: number): EdgeNeighbourhoods {
  const near = hopsAround(graph, radius);
  const parts = Array.from(graph.sources, (source, edge) => {
    const found = new Map<number, NearNode>();
    [...near(graph.targets[edge]), ...near(source)].forEach((each) => found.set(each.node, found.get(each.node) ?? each)); // prettier-ignore
    return [...found.values()];
  });
  const all = inducedBeside('graph.natural', graph, parts);
  const marks = new Float32Array(2 * all.nodes.length);
  graph.sources.forEach((source, edge) => {
    const start = all.centres[edge];
    marks[2 * start + 1] = 1;
    marks[2 * (start + parts[edge].findIndex(({ node }) => node === source))] = 1;
  });
  return { all, marks, into: adjacencyOf(all.centres, graph.targets, all.nodes.length, graph.numNodes) };
}

/** The layer of a graph network: {@link Natural}. */
export function natural(options: NaturalSpecOptions = {}): GraphLayerSpec {
  return { kind: 'natural', options: { ...options }, build: (shape) => new Natural({ ...options, ...shape }) };
}

layerSpecs.register('natural', natural);
