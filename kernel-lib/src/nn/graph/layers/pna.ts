import { tf } from '../../../base/backend';
import { Axis, type Context, expectNumber, fail, type Random, type Size, given } from '../../../base/core';
import { degrees, type Graph } from '../../../base/graph';
import { withoutGradient } from '../../../base/ops';
import { neighbourMax, neighbourMean } from '../../../base/ops/graph';
import { Linear } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { MessagePassing, type Messages } from '../messagePassing';

/** Options of `graph.pna`. */
export interface PnaSpecOptions {
  /** Mean of log(degree + 1) over the nodes that are trained on: `graph.meanLogDegree`. */
  meanLogDegree: number;
}

/** Options of `graph.PNA`. */
export interface PnaOptions extends PnaSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/** Least variance that counts as some; less is a deviation of 0. */
const LEAST = 1e-5;

/** Mean of log(in-degree + 1) over the nodes of graphs: what PNA scales by. */
export function meanLogDegree(graphs: readonly Graph[]): number {
  const all = graphs.flatMap((graph) => [...degrees(graph)]);
  return all.length > 0 ? all.reduce((sum, degree) => sum + Math.log(degree + 1), 0) / all.length : fail('graph.meanLogDegree', 'graphs must have a node', all.length); // prettier-ignore
}

/**
 * Principal neighbourhood aggregation (PNA, arXiv 2004.05718): messages `x_target A + x_source B + b` are aggregated by their mean, least, greatest and standard deviation, each as it is, amplified and attenuated by
 * log(degree + 1) over its mean; these twelve and x give nodes [N, F] to [N, P] by two maps. A node without messages hears 0, and is attenuated as one of degree 1. As messages are linear, no row is made for an
 * edge.
 */
export class PNA extends MessagePassing implements GraphLayer {
  readonly kind = 'pna';
  readonly outputs: Axis;
  private readonly maps: Record<'source' | 'target' | 'all' | 'last', Linear>;
  private readonly meanLog: number;

  constructor(options: PnaOptions) {
    const { inputWidth, outputWidth, meanLogDegree, random } = given('graph.PNA', options);
    super('mean');
    expectNumber('graph.PNA', 'meanLogDegree', meanLogDegree, 1e-6);
    this.meanLog = meanLogDegree;
    const inputs = Axis.of('inputs', inputWidth);
    this.outputs = Axis.of('outputs', outputWidth);
    const middle = Axis.of('middle', this.outputs.size);
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis, bias = true): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias, random: random.child(name) }));
    this.maps = {
      ...{ source: linear('source', inputs, inputs), target: linear('target', inputs, inputs, false) },
      all: linear('all', Axis.sum('statistics', ...Array.from({ length: 13 }, () => inputs)), middle),
      last: linear('last', middle, this.outputs)
    };
  }

  protected override takesGates(): boolean {
    return false;
  }

  protected override message({ nodes }: EdgeEnds, ctx: Context): Messages {
    return { sources: this.maps.source.apply(nodes, ctx.within('source')) as tf.Tensor2D };
  }

  // Mean, least, greatest and deviation of what the sources hold, [N, 4 F].
  protected override aggregate(messages: Messages, graph: Graph): tf.Tensor2D {
    const { sources } = messages as { sources: tf.Tensor2D };
    const mean = neighbourMean(sources, graph);
    const variance = neighbourMean(sources.square(), graph).sub<tf.Tensor2D>(mean.square());
    const some = withoutGradient(() => variance.greater(LEAST).toFloat());
    const deviation = variance.maximum(LEAST).sqrt().mul(some) as tf.Tensor2D;
    const least = neighbourMax(sources.neg(), graph).neg<tf.Tensor2D>();
    return tf.concat2d([mean, least, neighbourMax(sources, graph), deviation, column(degrees(graph))], 1);
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const degree = aggregated.slice([0, aggregated.shape[1] - 1], [-1, 1]);
    const statistics = tf.split(aggregated.slice([0, 0], [-1, aggregated.shape[1] - 1]), 4, 1);
    // What the target holds moves all but the deviation; of a node that hears none they stay 0.
    const moved = this.maps.target.apply(nodes, ctx.within('target')).mul(degree.minimum(1));
    const all = tf.concat(statistics.map((each, i) => (i < 3 ? each.add(moved) : each)), 1); // prettier-ignore
    const amplified = all.mul(degree.add(1).log().div(this.meanLog));
    const attenuated = all.mul(tf.div(this.meanLog, degree.maximum(1).add(1).log()));
    const middle = this.maps.all.apply(tf.concat([nodes, all, amplified, attenuated], 1), ctx.within('all'));
    return this.maps.last.apply(middle, ctx.within('last'));
  }
}

function column(values: Float32Array): tf.Tensor2D {
  return tf.tensor2d(values, [values.length, 1]);
}

/** The layer of a graph network: {@link PNA}. */
export function pna(options: PnaSpecOptions): GraphLayerSpec {
  return { kind: 'pna', options: { ...options }, build: (shape) => new PNA({ ...options, ...shape }) };
}

layerSpecs.register('pna', pna);
