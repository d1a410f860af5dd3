import { tf } from '../../base/backend';
import { Parameter } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { initialize, initializers, uniformFanIn } from '../layers';
import type { Initializer } from '../layers';
import { Bank, bankAxes } from './bank';
import type { ExpertShape, ExpertSpec } from './expertBank';
import { specs } from './specs';

/** Options of `moe.linearExperts`. */
export interface LinearExpertsOptions {
  /** Adds a bias. Default true. */
  bias?: boolean;
  /** Of the matrices. Default `layers.uniformFanIn()`. */
  initializer?: Initializer;
}

/**
 * Linear experts, `x w + b` (Jacobs et al., Neural Computation 3, 1991): a mixture of them is piecewise linear, and says in which
 * piece a token lies. The layer's hidden width is not used. Parameters are w [E, D, D] and b [E, D].
 */
export function linearExperts(options: LinearExpertsOptions = {}): ExpertSpec {
  const { bias = true, initializer = uniformFanIn() } = options;
  const resolved = { bias, initializer: initializers.of(initializer) };
  return { kind: 'linear', options: resolved, build: (shape) => new LinearExperts(resolved, shape) };
}

class LinearExperts extends Bank {
  readonly kind = 'linear-experts';
  override readonly products = ['w'];
  private readonly w: Parameter;
  private readonly b: Parameter | null;

  constructor({ bias, initializer }: Required<LinearExpertsOptions>, shape: ExpertShape) {
    const { experts, width } = bankAxes(shape);
    super(experts);
    const random = shape.random.child('w');
    const matrix = Parameter.over([experts, width, width], (sizes) => initialize(initializer, sizes, random));
    this.w = this.addParameter('w', matrix);
    this.b = bias ? this.addParameter('b', Parameter.over([experts, width], tf.zeros, { decay: false })) : null;
  }

  protected override rowFlops(): number {
    const [, width] = this.w.axes;
    return 2 * width.size ** 2;
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    const y = this.multiply(rows, 'w', { matrix: this.w, plan, ctx });
    return this.b === null ? y : ops.groupedBias(y, this.b.read() as tf.Tensor2D, plan);
  }
}

specs.register('linear', linearExperts);
