import { tf } from '../../base/backend';
import { expectOneOf, Parameter } from '../../base/core';
import type { Axis, Context } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { activate, ACTIVATIONS, initialize, initializers, uniformFanIn } from '../layers';
import type { Activation, Initializer } from '../layers';
import { Bank, bankAxes } from './bank';
import type { ExpertShape, ExpertSpec, StackedFeedForwards } from './expertBank';
import { specs } from './specs';

/** Options of `moe.plainExperts`. */
export interface PlainExpertsOptions {
  /** Default "gelu". */
  activation?: Activation;
  /** Adds a bias after each of the two matrices. Default false. */
  bias?: boolean;
  /** Of the matrices. Default `layers.uniformFanIn()`. */
  initializer?: Initializer;
}

/**
 * Feed-forward experts, `act(x w1 + b1) w2 + b2`: parameters w1 [E, D, H], w2 [E, H, D] and, with `bias`, b1 [E, H] and b2 [E, D].
 *
 * @throws {SwitchyardError} where the activation is unknown.
 */
export function plainExperts(options: PlainExpertsOptions = {}): ExpertSpec {
  const { activation = 'gelu', bias = false, initializer: given = uniformFanIn() } = options;
  expectOneOf('moe.plainExperts', 'activation', activation, ACTIVATIONS);
  const initializer = initializers.of(given);
  const resolved = { activation, bias, initializer };
  return { kind: 'plain', options: resolved, build: (shape) => new PlainExperts(resolved, shape) };
}

class PlainExperts extends Bank {
  readonly kind = 'plain-experts';
  override readonly products = ['w1', 'w2'];
  private readonly w1: Parameter;
  private readonly w2: Parameter;
  private readonly b1: Parameter | null;
  private readonly b2: Parameter | null;

  constructor(
    private readonly options: Required<PlainExpertsOptions>,
    shape: ExpertShape
  ) {
    const { experts, width, hidden } = bankAxes(shape);
    super(experts);
    const bias = (name: string, axis: Axis) =>
      options.bias ? this.addParameter(name, Parameter.over([experts, axis], tf.zeros, { decay: false })) : null;
    const matrix = (name: string, inputs: Axis, outputs: Axis) =>
      this.addParameter(
        name,
        Parameter.over([experts, inputs, outputs], (sizes) =>
          initialize(options.initializer, sizes, shape.random.child(name))
        )
      );
    this.w1 = matrix('w1', width, hidden);
    this.b1 = bias('b1', hidden);
    this.w2 = matrix('w2', hidden, width);
    this.b2 = bias('b2', width);
  }

  override feedForwards(): StackedFeedForwards {
    const { activation, bias } = this.options;
    const spec = plainExperts(this.options);
    return { spec, gated: false, activation, bias, stored: this, target: null };
  }

  protected override rowFlops(): number {
    const [, width, hidden] = this.w1.axes;
    return 4 * width.size * hidden.size;
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    const inner = shifted(this.multiply(rows, 'w1', { matrix: this.w1, plan, ctx }), this.b1, plan);
    return shifted(
      this.multiply(activate(this.options.activation, inner), 'w2', { matrix: this.w2, plan, ctx }),
      this.b2,
      plan
    );
  }
}

function shifted(x: tf.Tensor2D, bias: Parameter | null, plan: DispatchPlan): tf.Tensor2D {
  return bias === null ? x : ops.groupedBias(x, bias.read() as tf.Tensor2D, plan);
}

specs.register('plain', plainExperts);
