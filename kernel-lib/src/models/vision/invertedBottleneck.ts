import { tf } from '../../base/backend';
import { Axis, type Context, expectNumber, fail, Module, type Random } from '../../base/core';
import { ConvNorm } from './convNorm';
import { roundChannels } from './convNetwork';

/** Choices of a universal inverted bottleneck, as data. */
export interface BottleneckChoices {
  /** Channels inside, as a factor of those that come in. */
  expand: number;
  /** Side of the depthwise kernel before the expansion; 0: none. */
  dwStart: number;
  /** Side of the depthwise kernel inside; 0: none. */
  dwMiddle: number;
}

export interface InvertedBottleneckOptions extends BottleneckChoices {
  /** Channels that come in; a block whose outputs are the same axis, and that has no stride, adds its input to what it computes. */
  inputs: Axis;
  outputs: Axis;
  /** Default 1. */
  stride?: number;
  random: Random;
}

/**
 * The universal inverted bottleneck of MobileNetV4 (arXiv 2404.10518): a convolution of single pixels that expands and one that projects, with two depthwise
 * convolutions, before and inside, that can each be left out. With the inside one alone it is the inverted bottleneck of MobileNetV2, with the first alone
 * ConvNext's block, with none a feed-forward network of pixels, with both "ExtraDW"; [B, H, W, C] to [B, H / s, W / s, P].
 */
export class InvertedBottleneck extends Module {
  readonly kind = 'inverted-bottleneck';
  private readonly steps: [name: string, module: ConvNorm][] = [];

  constructor(private readonly options: InvertedBottleneckOptions) {
    super();
    const where = 'models.mobileNetV4';
    const { inputs, outputs, expand, dwStart, dwMiddle, stride = 1, random } = options;
    expectNumber(where, 'expand', expand, 0.01);
    Object.entries({ dwStart, dwMiddle }).forEach(([name, size]) => {
      if (![0, 3, 5, 7].includes(size)) {
        fail(where, `${name} must be 0, 3, 5 or 7`, size);
      }
    });
    const inner = Axis.of('expanded', roundChannels(inputs.size * expand));
    const add = (
      name: string,
      own: { inputs: Axis; outputs: Axis; size: number; stride?: number; depthwise?: boolean },
      active: boolean
    ): void => {
      const module = new ConvNorm({ ...own, activation: active ? 'relu' : null, random: random.child(name) });
      this.steps.push([name, this.addChild(name, module)]);
    };
    if (dwStart > 0) {
      add(
        'start',
        { inputs, outputs: inputs, size: dwStart, depthwise: true, stride: dwMiddle > 0 ? 1 : stride },
        false
      );
    }
    add('expand', { inputs, outputs: inner, size: 1 }, true);
    if (dwMiddle > 0) {
      add('middle', { inputs: inner, outputs: inner, size: dwMiddle, depthwise: true, stride }, true);
    }
    // With no depthwise convolution the stride is the projection's, as a FFN has none.
    add('project', { inputs: inner, outputs, size: 1, stride: dwStart + dwMiddle === 0 ? stride : 1 }, false);
  }

  override isResidual(): boolean {
    return this.options.inputs === this.options.outputs && (this.options.stride ?? 1) === 1;
  }

  override lengthWithin(child: string, length: number): number {
    const before = this.steps.slice(
      0,
      this.steps.findIndex(([name]) => name === child)
    );
    return before.reduce((left, [, module]) => module.lengthAfter(left), length);
  }

  override lengthAfter(length: number): number {
    return length / (this.options.stride ?? 1) ** 2;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const y = this.steps.reduce((inner, [name, module]) => module.apply(inner, ctx.within(name)), x);
      return this.isResidual() ? y.add(x) : y;
    });
  }
}
