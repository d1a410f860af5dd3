import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectOneOf,
  expectShape,
  Module,
  Random,
  type SpecData
} from '../../base/core';
import { type Aggregation, AGGREGATIONS } from '../../nn/graph/aggregate';
import { type GraphLayer, layerSpecs } from '../../nn/graph/layerSpecs';
import { graphOfPass } from '../../nn/graph/messagePassing';
import { readout } from '../../nn/graph/readout';
import { activate, type Activation, ACTIVATIONS, Dropout, Linear } from '../../nn/layers';
import { modelSpecs, type ModelSpec, specOf } from '../spec';

/** Options of `models.graphNetwork`. */
export interface GraphNetworkOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  /** Width between layers. */
  hidden: number;
  /** Values that come out, P, of a node or of a graph: logits of classes, or predictions. */
  outputWidth: number;
  /** Layers, each of which hears one step further. */
  layers: number;
  /** Kind of the layers, such as `graph.gcn()`. */
  layer: SpecData;
  /** Kind of the last one. Default: that of the others. */
  lastLayer?: SpecData;
  /** Between layers. Default "relu". */
  activation?: Activation;
  /** Probability, while training, that a value that goes into a layer becomes 0. Default 0. */
  dropout?: number;
  /** Subject of the outputs: each node ("node"), or each graph by the sum, mean or maximum of its nodes and a linear map. Default "node". */
  readout?: 'node' | Aggregation;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

const WHERE = 'models.graphNetwork';

/** Graph network of layers of one kind; see {@link graphNetwork}. */
export class GraphNetwork extends Module {
  readonly kind = 'graph-network';
  private readonly layers: readonly GraphLayer[];
  private readonly dropout: Dropout;
  private readonly head: Linear | null;

  constructor(
    readonly options: GraphNetworkOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed ?? 0).child('graphNetwork')
  ) {
    super();
    const { inputWidth, hidden, outputWidth, layers, layer, lastLayer = layer, dropout = 0 } = options;
    const { activation = 'relu', readout: read = 'node' } = options;
    Object.entries({ inputWidth, hidden, outputWidth, layers }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1)); // prettier-ignore
    expectOneOf(WHERE, 'activation', activation, ACTIVATIONS);
    expectOneOf(WHERE, 'readout', read, ['node', ...AGGREGATIONS]);
    const all: GraphLayer[] = [];
    for (let i = 0; i < layers; i++) {
      const last = i === layers - 1;
      const before = all.at(-1)?.outputs ?? Axis.of('inputs', inputWidth).pin('the data have them');
      const built = layerSpecs.of(last ? lastLayer : layer).build({
        ...{ inputWidth: before, outputWidth: last && read === 'node' ? outputWidth : hidden },
        random: random.child(i)
      });
      all.push(this.addChild(`${i}`, built));
    }
    const outputs = Axis.of('outputs', outputWidth).pin('the data have them');
    if (read === 'node') {
      all.at(-1)!.outputs.pin('the data have them');
    }
    this.layers = all;
    this.dropout = this.addChild('dropout', new Dropout({ rate: dropout }));
    this.head = read === 'node' ? null : this.addChild('head', new Linear({ inputWidth: all.at(-1)!.outputs, outputWidth: outputs, random: random.child('head') })); // prettier-ignore
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  override get handedOn(): readonly Axis[] {
    return this.layers.flatMap((layer) => layer.outputs.symbols()).filter(({ pinned }) => pinned === null);
  }

  /** Nodes [N, F] to [N, P], or to [graphs, P]. */
  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { activation = 'relu', readout: read = 'node', inputWidth } = this.options;
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || WHERE, x, [graph.numNodes, inputWidth]);
    return tf.tidy(() => {
      let nodes = x;
      this.layers.forEach((layer, i) => {
        const given = this.dropout.apply(nodes, ctx.within(`dropout${i}`));
        const y = layer.apply(given, ctx.within(`${i}`));
        nodes = i < this.layers.length - 1 || read !== 'node' ? activate(activation, y, ctx.within(`${i}`)) : y;
      });
      return read === 'node' ? nodes : this.head!.apply(readout(nodes as tf.Tensor2D, graph, read), ctx.within('head'));
    });
  }
}

/**
 * A graph network: layers of one kind with an activation between them, nodes [N, F] to [N, P], or, with a readout, to [graphs, P]. It works on the graph of the pass, which `graph.OnGraph` or a task leaves. Paths: those of
 * the layers under "0", "1", ..., "head.weight".
 *
 * @example models.graphNetwork({ inputWidth: 8, hidden: 16, outputWidth: 3, layers: 2, layer: graph.gcn() })
 * @throws {SwitchyardError} where a size is out of range, a kind is unknown, or heads do not divide a width.
 */
export function graphNetwork(options: GraphNetworkOptions): GraphNetwork {
  return new GraphNetwork(options);
}

modelSpecs.register('graph-network', (options: GraphNetworkOptions) => ({
  kind: 'graph-network',
  options: { ...options },
  build: (random) => new GraphNetwork(options, random)
}));
