import type { tf } from '../../../base/backend';
import { Axis, type Context, type Random, type Size, given } from '../../../base/core';
import { Linear } from '../../layers';
import type { Aggregation } from '../aggregate';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { MessagePassing } from '../messagePassing';

/** Options of `graph.sage`. */
export interface SageSpecOptions {
  /** Default "mean". */
  aggregation?: Aggregation;
  /** Whether nodes are scaled to length 1 after the layer, as in the paper. Default false. */
  normalized?: boolean;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
}

/** Options of `graph.SAGE`. */
export interface SageOptions extends SageSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/** GraphSAGE (arXiv 1706.02216): `mean(x of neighbours) W + x V + b`, with weights of its own for what a node holds; nodes [N, F] to [N, P]. The graph's weights are not read. */
export class SAGE extends MessagePassing implements GraphLayer {
  readonly kind = 'sage';
  readonly outputs: Axis;
  private readonly maps: Record<'neighbours' | 'own', Linear>;
  private readonly normalized: boolean;

  constructor(options: SageOptions) {
    const {
      inputWidth,
      outputWidth,
      aggregation = 'mean',
      normalized = false,
      bias = true,
      random
    } = given('graph.SAGE', options);
    super(aggregation);
    this.normalized = normalized;
    const inputs = Axis.of('inputs', inputWidth);
    this.outputs = Axis.of('outputs', outputWidth);
    const linear = (name: string, bias: boolean): Linear =>
      this.addChild(name, new Linear({ inputWidth: inputs, outputWidth: this.outputs, bias, random: random.child(name) })); // prettier-ignore
    this.maps = { neighbours: linear('neighbours', bias), own: linear('own', false) };
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const heard = this.maps.neighbours.apply(aggregated, ctx.within('neighbours'));
    const y = heard.add(this.maps.own.apply(nodes, ctx.within('own')));
    return this.normalized ? y.div(y.square().sum(1, true).maximum(1e-24).sqrt()) : y;
  }
}

/** The layer of a graph network: {@link SAGE}. */
export function sage(options: SageSpecOptions = {}): GraphLayerSpec {
  return { kind: 'sage', options: { ...options }, build: (shape) => new SAGE({ ...options, ...shape }) };
}

layerSpecs.register('sage', sage);
