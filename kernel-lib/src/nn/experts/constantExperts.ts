import { tf } from '../../base/backend';
import { Axis, Parameter } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { Bank, bankAxes } from './bank';
import type { ExpertShape, ExpertSpec } from './expertBank';
import { specs } from './specs';

/**
 * Experts that put a learnt vector in place of a token, as far as the token wants: `a x + (1 - a) v` with `a` the first
 * probability of `softmax(x w)` (MoE++, arXiv 2410.07348, eq. 5). Parameters: w [E, D, 2] and v [E, D], both initially 0.
 */
export function constantExperts(): ExpertSpec {
  return { kind: 'constant', options: {}, build: (shape) => new ConstantExperts(shape) };
}

class ConstantExperts extends Bank {
  readonly kind = 'constant-experts';
  private readonly w: Parameter;
  private readonly v: Parameter;

  constructor(shape: ExpertShape) {
    const { experts, width } = bankAxes(shape);
    super(experts);
    const shares = Axis.fixed('kept, replaced', 2);
    this.w = this.addParameter('w', Parameter.over([experts, width, shares], tf.zeros));
    this.v = this.addParameter('v', Parameter.over([experts, width], tf.zeros, { decay: false }));
  }

  protected override rowFlops(): number {
    return 4 * this.w.axes[1].size;
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const share = tf.softmax(ops.groupedMatMul(rows, this.w.read() as tf.Tensor3D, plan));
    const [kept, replaced] = tf.split(share, 2, 1) as tf.Tensor2D[];
    const vector = ops.groupedBias(tf.zerosLike(rows), this.v.read() as tf.Tensor2D, plan);
    return rows.mul<tf.Tensor2D>(kept).add(vector.mul(replaced));
  }
}

specs.register('constant', () => constantExperts());
