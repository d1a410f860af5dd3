import { tf } from '../../base/backend';
import { Axis, expectInteger, expectShape, Module, Parameter, refuseOldNames, sizeOf } from '../../base/core';
import type { Context, CostShape, Random, Size } from '../../base/core';
import { numberedLabels } from '../experts/numberedLabels';
import { initialize, uniformFanIn } from '../layers';
import { denseWeights } from '../routers';
import type { Router, RouterSpec, Routing } from '../routers';
import { readRouting } from './hostRouting';
import { publishRouting } from './publishRouting';

/** Options of `moe.ExpertConv`. */
export interface ExpertConvOptions {
  /** Weighs the experts for each image, from the mean of its pixels [B, C]; those that weigh all experts fit best. */
  router: RouterSpec;
  /** E. */
  experts: Size;
  /** Channels that come in, C. */
  inputs: Size;
  /** Channels that go out, P. */
  outputs: Size;
  /** Side of a kernel, k. Default 3. */
  size?: number;
  /** Stream for the initial parameters. */
  random: Random;
}

/**
 * A convolution whose kernel is made for each image out of E experts' kernels (CondConv, arXiv 1904.04971; ME-CondConv in A-SDM, arXiv
 * 2406.00210): [B, H, W, C] to [B, H, W, P]. Convolution is linear, so that one with the weighted sum of the kernels is the weighted
 * sum of E convolutions, for the price of about one. Parameters are "kernels" [E, k, k, C, P] and the router's.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function expertConv(options: ExpertConvOptions): ExpertConv {
  return new ExpertConv(options);
}

/** See {@link expertConv}. */
export class ExpertConv extends Module {
  readonly kind = 'expert-conv';
  readonly router: Router;
  /** [E, k, k, C, P]. */
  readonly kernels: Parameter;

  constructor(options: ExpertConvOptions) {
    super();
    refuseOldNames('moe.expertConv', options, { numExperts: 'experts' });
    const { router, experts: numExperts, inputs, outputs, size = 3, random } = options;
    Object.entries({ experts: numExperts, inputs, outputs, size }).forEach(([name, value]) =>
      expectInteger('moe.expertConv', name, sizeOf(value), 1)
    );
    const [experts, from, to] = [
      Axis.of('experts', numExperts),
      Axis.of('inputs', inputs),
      Axis.of('outputs', outputs)
    ];
    const routed = { width: from, numExperts: experts, random: random.child('router') };
    this.router = this.addChild('router', router.build(routed));
    const axes = [experts, Axis.fixed('kernelHeight', size), Axis.fixed('kernelWidth', size), from, to];
    const make = (sizes: number[]): tf.Tensor => initialize(uniformFanIn(1 / size), sizes, random.child('kernels'));
    this.kernels = this.addParameter('kernels', Parameter.over(axes, make));
  }

  /** On a pixel, of `length` in an image: the convolution, and the image's share of making its kernel. */
  override ownFlops({ length }: CostShape): number {
    const [experts, ...kernel] = this.kernels.axes;
    const size = kernel.reduce((product, axis) => product * axis.size, 1);
    return (2 * size * (length + experts.size)) / length;
  }

  override lengthWithin(child: string, length: number): number {
    return child === 'router' ? 1 : length;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const [, size, , inputs, outputs] = this.kernels.axes.map((axis) => axis.size);
    expectShape(ctx.path || this.kind, x, ['B', 'H', 'W', inputs]);
    return tf.tidy(() => {
      const [batch, height, width] = x.shape;
      const kernels = this.merge(denseWeights(this.route(x, ctx)));
      const windows = windowsOf(x as tf.Tensor4D, size).reshape([batch, height * width, -1]);
      return tf.matMul(windows, kernels.reshape([batch, -1, outputs])).reshape([batch, height, width, outputs]);
    });
  }

  /** Weights of the experts for images [B, E] to a kernel for each, [B, k, k, C, P]. */
  merge(weights: tf.Tensor2D): tf.Tensor {
    const [numExperts, ...shape] = this.kernels.axes.map(({ size }) => size);
    return tf.tidy(() =>
      weights.matMul(this.kernels.read().reshape<tf.Tensor2D>([numExperts, -1])).reshape([-1, ...shape])
    );
  }

  private route(x: tf.Tensor, ctx: Context): Routing {
    const inner = ctx.within('router');
    const routing = this.router.route(x.mean<tf.Tensor2D>([1, 2]), inner);
    if (ctx.wants('routing')) {
      const routed = { router: this.router.kind, experts: numberedLabels(routing.numExperts), dropped: null };
      publishRouting(routing, readRouting(inner.path, routing, true), routed, ctx);
    }
    return routing;
  }
}

// What a kernel covers at each pixel, row by row of the kernel: [B, H, W, C] to [B, H, W, k k C], zeros beyond the edge.
function windowsOf(x: tf.Tensor4D, size: number): tf.Tensor {
  const [, height, width] = x.shape;
  const before = Math.floor((size - 1) / 2);
  const edge: [number, number] = [before, size - 1 - before];
  const padded = tf.pad(x, [[0, 0], edge, edge, [0, 0]]);
  const at = Array.from({ length: size ** 2 }, (_, i) => [Math.floor(i / size), i % size]);
  return tf.concat(at.map(([row, column]) => padded.slice([0, row, column, 0], [-1, height, width, -1])), 3); // prettier-ignore
}
