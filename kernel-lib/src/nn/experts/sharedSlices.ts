import type { tf } from '../../base/backend';
import { Axis, expectInteger, fail, sizeOf } from '../../base/core';
import type { Size } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { activate } from '../layers';
import type { FeedForward } from '../layers';
import { Bank } from './bank';
import type { ExpertSpec } from './expertBank';
import { liveModule } from './live';
import { specs } from './specs';

/** Options of `moe.sharedSlices`. */
export interface SharedSlicesOptions {
  /** Network without biases that owns the weights, or the name that a layer knows it by; H of it is a multiple of E. */
  base: FeedForward | string;
}

/**
 * Experts that are slices of one network's hidden units (the width of VersatileFFN, arXiv 2512.14531): expert e is units `e H / E` to
 * `(e + 1) H / E`. No parameters of their own: what trains them trains the network. All of them together are the network.
 *
 * @throws {SwitchyardError} at build, for a network with biases, and where E does not divide its hidden width.
 */
export function sharedSlices(options: SharedSlicesOptions): ExpertSpec {
  return {
    kind: 'shared-slices',
    options: { base: options.base },
    build: ({ numExperts, live }) => {
      const base = liveModule('moe.sharedSlices', options.base, live);
      if (base.w1.bias !== null) {
        fail('moe.sharedSlices', 'the network must have no biases', 'biases');
      }
      const hidden = base.w1.weight.axes[1].size;
      const count = sizeOf(numExperts);
      expectInteger('moe.sharedSlices', 'numExperts', count, 1, hidden);
      if (hidden % count !== 0) {
        fail('moe.sharedSlices', `numExperts must divide the hidden width (${hidden})`, count);
      }
      return new SharedSlices(base, numExperts);
    }
  };
}

class SharedSlices extends Bank {
  readonly kind = 'shared-slices';

  constructor(
    private readonly base: FeedForward,
    numExperts: Size
  ) {
    super(Axis.of('slices', numExperts).pin('a slice is a part of the hidden width'));
    base.w1.weight.axes[1].pin('it is cut into slices');
  }

  protected override rowFlops(): number {
    const [width, hidden] = this.base.w1.weight.axes;
    return (4 * width.size * hidden.size) / this.numExperts;
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const { w1, w2, activation } = this.base;
    const whole = w1.weight.read();
    const [width, hidden] = whole.shape as [number, number];
    const shape: [number, number, number] = [width, this.numExperts, hidden / this.numExperts];
    const first = whole.reshape(shape).transpose<tf.Tensor3D>([1, 0, 2]);
    const second = w2.weight.read().reshape<tf.Tensor3D>([shape[1], shape[2], width]);
    return ops.groupedMatMul(activate(activation, ops.groupedMatMul(rows, first, plan)), second, plan);
  }
}

specs.register('shared-slices', sharedSlices);
