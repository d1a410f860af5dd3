import type { tf } from '../../base/backend';
import { expectInteger, fail } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { activate } from '../layers';
import type { FeedForward } from '../layers';
import { alike, Bank } from './bank';
import type { ExpertSpec } from './expertBank';
import { numberedLabels } from './numberedLabels';

export interface SharedSlicesOptions {
  /** Network without biases that owns the weights; H of it is a multiple of E. */
  base: FeedForward;
}

/**
 * Experts that are slices of one network's hidden units (the width of VersatileFFN, arXiv 2512.14531): expert e is units `e H / E` to
 * `(e + 1) H / E`. No parameters of their own: what trains them trains the network. All of them together are the network.
 *
 * @throws {SwitchyardError} for a network with biases; at build, where E does not divide its hidden width.
 */
export function sharedSlices({ base }: SharedSlicesOptions): ExpertSpec {
  if (base.w1.bias !== null) {
    fail('sharedSlices', 'the network must have no biases', 'biases');
  }
  const [width, hidden] = base.w1.weight.shape;
  return {
    kind: 'shared-slices',
    options: { width, hidden },
    build: ({ numExperts }) => {
      expectInteger('sharedSlices', 'numExperts', numExperts, 1, hidden);
      if (hidden % numExperts !== 0) {
        fail('sharedSlices', `numExperts must divide the hidden width (${hidden})`, numExperts);
      }
      return new SharedSlices(base, numExperts);
    }
  };
}

class SharedSlices extends Bank {
  readonly kind = 'shared-slices';

  constructor(
    private readonly base: FeedForward,
    numExperts: number
  ) {
    const [width, hidden] = base.w1.weight.shape;
    super(numExperts, numberedLabels(numExperts), alike(numExperts, (4 * width * hidden) / numExperts));
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const { w1, w2, activation } = this.base;
    const [width, hidden] = w1.weight.shape;
    const shape: [number, number, number] = [width, this.numExperts, hidden / this.numExperts];
    const first = w1.weight.read().reshape(shape).transpose<tf.Tensor3D>([1, 0, 2]);
    const second = w2.weight.read().reshape<tf.Tensor3D>([shape[1], shape[2], width]);
    return ops.groupedMatMul(activate(activation, ops.groupedMatMul(rows, first, plan)), second, plan);
  }
}
