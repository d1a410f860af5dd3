import type { tf } from '../../base/backend';
import { expectOneOf, Parameter } from '../../base/core';
import type { Axis, Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { activateGate, ACTIVATIONS, initialize, initializers, uniformFanIn } from '../layers';
import type { Activation, Initializer } from '../layers';
import { Bank, bankAxes } from './bank';
import type { ExpertShape, ExpertSpec, StackedFeedForwards } from './expertBank';
import { specs } from './specs';

/** Options of `moe.gatedExperts`. */
export interface GatedExpertsOptions {
  /** Default "silu", which makes SwiGLU (arXiv 2002.05202). */
  activation?: Activation;
  /** Of the matrices. Default `layers.uniformFanIn()`. */
  initializer?: Initializer;
}

/**
 * Gated experts, `(act(x w1) * (x w3)) w2`, as in Mixtral (arXiv 2401.04088): parameters w1, w3 [E, D, H] and w2 [E, H, D].
 *
 * @throws {SwitchyardError} where the activation is unknown.
 */
export function gatedExperts(options: GatedExpertsOptions = {}): ExpertSpec {
  const { activation = 'silu', initializer: given = uniformFanIn() } = options;
  expectOneOf('moe.gatedExperts', 'activation', activation, ACTIVATIONS);
  const initializer = initializers.of(given);
  const resolved = { activation, initializer };
  return { kind: 'gated', gated: true, options: resolved, build: (shape) => new GatedExperts(resolved, shape) };
}

class GatedExperts extends Bank {
  readonly kind = 'gated-experts';
  override readonly products = ['w1', 'w3', 'w2'];
  private readonly w1: Parameter;
  private readonly w2: Parameter;
  private readonly w3: Parameter;

  constructor(
    private readonly options: Required<GatedExpertsOptions>,
    shape: ExpertShape
  ) {
    const { experts, width, hidden } = bankAxes(shape);
    super(experts);
    const matrix = (name: string, inputs: Axis, outputs: Axis) =>
      this.addParameter(
        name,
        Parameter.over([experts, inputs, outputs], (sizes) =>
          initialize(options.initializer, sizes, shape.random.child(name))
        )
      );
    this.w1 = matrix('w1', width, hidden);
    this.w3 = matrix('w3', width, hidden);
    this.w2 = matrix('w2', hidden, width);
  }

  override feedForwards(): StackedFeedForwards {
    const { activation } = this.options;
    const spec = gatedExperts(this.options);
    return { spec, gated: true, activation, bias: false, stored: this, target: null };
  }

  protected override rowFlops(): number {
    const [, width, hidden] = this.w1.axes;
    return 6 * width.size * hidden.size;
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    const gate = this.multiply(rows, 'w1', { matrix: this.w1, plan, ctx });
    const inner = activateGate(
      this.options.activation,
      gate,
      this.multiply(rows, 'w3', { matrix: this.w3, plan, ctx })
    );
    return this.multiply(inner, 'w2', { matrix: this.w2, plan, ctx });
  }
}

specs.register('gated', gatedExperts);
