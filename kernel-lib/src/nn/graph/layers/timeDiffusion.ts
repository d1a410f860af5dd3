import { tf } from '../../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, Module, Parameter, type Random, type Size, given } from '../../../base/core'; // prettier-ignore
import { Linear } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { heatKernel } from '../operators/heat';

/** Options of `graph.timeDiffusion`. */
export interface TimeDiffusionSpecOptions {
  /** Time of every channel at first, above 0. Default 1. */
  time?: number;
  /** Weight of every channel's derivative by time at first. Default 1. */
  derivative?: number;
  /** Highest polynomial of the adjacency, which bounds the times that are exact: `3 + 5 sqrt(t)` (see `graph.heatKernel`). Default 20. */
  order?: number;
}

/** Options of `graph.TimeDiffusion`. */
export interface TimeDiffusionOptions extends TimeDiffusionSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Time derivative diffusion (TIDE, arXiv 2212.02483): h = x W + b, then `(I - alpha L) exp(-t L) h`, with a time t and a weight alpha of the derivative for each channel, which are learnt: how far a channel hears is its
 * own. At time 0 and weight 1 it is {@link GCN}, but for where the bias is added. Nodes [N, F] to [N, P]. Times are learnt as their logarithms.
 */
export class TimeDiffusion extends Module implements GraphLayer {
  readonly kind = 'time-diffusion';
  readonly outputs: Axis;
  private readonly map: Linear;
  private readonly logTime: Parameter;
  private readonly derivative: Parameter;
  private readonly order: number;

  constructor(options: TimeDiffusionOptions) {
    const {
      inputWidth,
      outputWidth,
      time = 1,
      derivative = 1,
      order = 20,
      random
    } = given('graph.TimeDiffusion', options);
    super();
    expectNumber('graph.TimeDiffusion', 'time', time, Number.MIN_VALUE);
    expectNumber('graph.TimeDiffusion', 'derivative', derivative);
    expectInteger('graph.TimeDiffusion', 'order', order, 1);
    this.order = order;
    this.outputs = Axis.of('outputs', outputWidth);
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('map') }));
    const add = (name: string, value: number): Parameter =>
      this.addParameter(
        name,
        Parameter.over([this.outputs], (shape) => tf.fill(shape, value), { decay: false })
      );
    this.logTime = add('logTime', Math.log(time));
    this.derivative = add('derivative', derivative);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const nodes = this.map.apply(x, ctx.within('map')) as tf.Tensor2D;
      const time = this.logTime.read().exp() as tf.Tensor1D;
      return heatKernel(nodes, graph, { time, derivative: this.derivative.read() as tf.Tensor1D, order: this.order });
    });
  }
}

/** The layer of a graph network: {@link TimeDiffusion}. */
export function timeDiffusion(options: TimeDiffusionSpecOptions = {}): GraphLayerSpec {
  return {
    kind: 'time-diffusion',
    options: { ...options },
    build: (shape) => new TimeDiffusion({ ...options, ...shape })
  };
}

layerSpecs.register('time-diffusion', timeDiffusion);
