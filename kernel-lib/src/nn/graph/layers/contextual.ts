import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectOneOf,
  Parameter,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { edgeSum, neighbourMean } from '../../../base/ops/graph';
import { activate, type Activation, ACTIVATIONS, Linear } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { MessagePassing, type Messages } from '../messagePassing';

/** Options of `graph.contextual`. */
export interface ContextualSpecOptions {
  /** Width of a message before it is summed. Default: the output's width. */
  hidden?: number;
  /** Whether a message knows the mean of all that its target hears; without, it is of the two ends alone (SIR-GCN). Default true. */
  context?: boolean;
  /** Aggregation of the messages: "sum" or "mean". Default "sum". */
  aggregation?: 'sum' | 'mean';
  /** Nonlinearity of a message. Default "relu". */
  activation?: Activation;
}

/** Options of `graph.Contextual`. */
export interface ContextualOptions extends ContextualSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Messages in the context of a neighbourhood (SINC-GCN, arXiv 2511.11046): `sum over the edges u to v of f(x_v Q + x_u K + mean_v N + b) R`, with mean_v the mean of all that leads to v. Without the context it is the soft
 * isomorphic convolution SIR-GCN. Nodes [N, F] to [N, P]; a row is made for each edge. The graph's weights are not read.
 */
export class Contextual extends MessagePassing implements GraphLayer {
  readonly kind = 'contextual';
  readonly outputs: Axis;
  private readonly linear: Record<'query' | 'key' | 'last', Linear>;
  private readonly context: Linear | null;
  private readonly offset: Parameter;
  private readonly activation: Activation;

  constructor(options: ContextualOptions) {
    const { inputWidth, outputWidth, hidden, context = true, aggregation = 'sum', activation = 'relu', random } = given('graph.Contextual', options); // prettier-ignore
    expectOneOf('graph.Contextual', 'aggregation', aggregation, ['sum', 'mean']);
    expectOneOf('graph.Contextual', 'activation', activation, ACTIVATIONS);
    super(aggregation);
    this.activation = activation;
    this.outputs = Axis.of('outputs', outputWidth);
    if (hidden !== undefined) {
      expectInteger('graph.Contextual', 'hidden', hidden, 1);
    }
    const inputs = Axis.of('inputs', inputWidth);
    const inner = Axis.of('hidden', hidden ?? this.outputs.size);
    const add = (name: string, inputWidth: Axis, outputWidth: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: false, random: random.child(name) }));
    this.linear = { query: add('query', inputs, inner), key: add('key', inputs, inner), last: add('last', inner, this.outputs) }; // prettier-ignore
    this.context = context ? add('context', inputs, inner) : null;
    this.offset = this.addParameter('bias', Parameter.over([inner], tf.zeros, { decay: false }));
  }

  protected override message({ nodes, graph }: EdgeEnds, ctx: Context): Messages {
    const { query, key } = this.linear;
    const read = (layer: Linear, name: string, x: tf.Tensor): tf.Tensor => layer.apply(x, ctx.within(name));
    const own = read(query, 'query', nodes).add(this.offset.read());
    const target = this.context === null ? own : own.add(read(this.context, 'context', neighbourMean(nodes, graph)));
    const sums = edgeSum(read(key, 'key', nodes) as tf.Tensor2D, target as tf.Tensor2D, graph);
    return activate(this.activation, sums, ctx);
  }

  // The last map and the sum may change places.
  protected override update(_nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    return this.linear.last.apply(aggregated, ctx.within('last'));
  }
}

/** The layer of a graph network: {@link Contextual}. */
export function contextual(options: ContextualSpecOptions = {}): GraphLayerSpec {
  return { kind: 'contextual', options: { ...options }, build: (shape) => new Contextual({ ...options, ...shape }) };
}

layerSpecs.register('contextual', contextual);
