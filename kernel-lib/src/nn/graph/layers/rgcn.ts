import { tf } from '../../../base/backend';
import { Axis, type Context, expectInteger, Parameter, type Random, type Size, given } from '../../../base/core';
import { byRelation, type Graph, perGraph } from '../../../base/graph';
import { neighbourMean } from '../../../base/ops/graph';
import { initialize, Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { MessagePassing, type Messages } from '../messagePassing';

/** Options of `graph.rgcn`. */
export interface RgcnSpecOptions {
  /** Types of edges, R. */
  relations: number;
  /** Bases that the relations' weights are mixed of. Default: each relation has weights of its own. */
  bases?: number;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
}

/** Options of `graph.RGCN`. */
export interface RgcnOptions extends RgcnSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Relational graph convolution (RGCN, arXiv 1703.06103): `x V + sum over relations of mean(x of neighbours by r) W_r + b`, nodes [N, F] to [N, P]. The graph must have types of edges, 0..R-1; its weights are not
 * read. One pass over the edges aggregates all relations, [N, R F].
 */
export class RGCN extends MessagePassing implements GraphLayer {
  readonly kind = 'rgcn';
  readonly outputs: Axis;
  private readonly own: Linear;
  private readonly weight: Parameter;
  private readonly mix: Parameter | null;
  private readonly relations: number;
  private readonly typed: (graph: Graph) => ReturnType<typeof byRelation>;

  constructor(options: RgcnOptions) {
    const { inputWidth, outputWidth, relations, bases, bias = true, random } = given('graph.RGCN', options);
    super('mean');
    expectInteger('graph.RGCN', 'relations', relations, 1);
    this.relations = relations;
    this.typed = perGraph((graph) => byRelation('graph.RGCN', graph, relations));
    const inputs = Axis.of('inputs', inputWidth);
    this.outputs = Axis.of('outputs', outputWidth);
    const kinds = Axis.of('relations', relations).pin('the data have them');
    const first = bases === undefined ? kinds : Axis.of('bases', bases);
    const drawn = (name: string) => (shape: number[]) => initialize(xavierUniform(), shape, random.child(name));
    this.weight = this.addParameter('weight', Parameter.over([first, inputs, this.outputs], drawn('weight')));
    this.mix = bases === undefined ? null : this.addParameter('mix', Parameter.over([kinds, first], drawn('mix')));
    this.own = this.addChild('own', new Linear({ inputWidth: inputs, outputWidth: this.outputs, bias, random: random.child('own') })); // prettier-ignore
  }

  override ownFlops(): number {
    const [, inputs, outputs] = this.weight.axes;
    return 2 * this.relations * inputs.size * outputs.size;
  }

  protected override takesGates(): boolean {
    return false;
  }

  protected override aggregate(messages: Messages, graph: Graph): tf.Tensor2D {
    const { sources } = messages as { sources: tf.Tensor2D };
    return neighbourMean(sources, this.typed(graph)).reshape([graph.numNodes, -1]);
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const weight = this.weight.read();
    const [bases, F, P] = weight.shape as number[];
    const mixed =
      this.mix === null ? weight : tf.matMul(this.mix.read() as tf.Tensor2D, weight.reshape([bases, F * P]));
    const heard = tf.matMul(aggregated, mixed.reshape([aggregated.shape[1], P]));
    return heard.add(this.own.apply(nodes, ctx.within('own')));
  }
}

/** The layer of a graph network: {@link RGCN}. */
export function rgcn(options: RgcnSpecOptions): GraphLayerSpec {
  return { kind: 'rgcn', options: { ...options }, build: (shape) => new RGCN({ ...options, ...shape }) };
}

layerSpecs.register('rgcn', rgcn);
