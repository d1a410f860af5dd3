import type { tf } from '../backend';
import { expectOneOf, Module } from '../core';
import type { Context, Parameter } from '../core';
import * as ops from '../ops';
import type { DispatchPlan } from '../ops';
import { ACTIVATIONS } from './activations';
import type { Activation } from './activations';
import { applyToAll } from './applyToAll';
import type { ExpertBank, ExpertShape, ExpertSpec } from './expertBank';
import { numberedLabels, stackedWeight } from './stackedWeight';

export interface GatedExpertsOptions {
  /** Default "silu", which makes SwiGLU (arXiv 2002.05202). */
  activation?: Activation;
}

/**
 * Gated experts, `(act(x w1) * (x w3)) w2`, as in Mixtral (arXiv 2401.04088): parameters w1, w3 [E, D, H] and w2 [E, H, D].
 *
 * @throws {SwitchyardError} where the activation is unknown.
 */
export function gatedExperts({ activation = 'silu' }: GatedExpertsOptions = {}): ExpertSpec {
  expectOneOf('gatedExperts', 'activation', activation, Object.keys(ACTIVATIONS));
  const options = { activation };
  return { kind: 'gated', options, build: (shape) => new GatedExperts(options, shape) };
}

class GatedExperts extends Module implements ExpertBank {
  readonly kind = 'gated-experts';
  readonly numExperts: number;
  readonly labels: readonly string[];
  private readonly w1: Parameter;
  private readonly w2: Parameter;
  private readonly w3: Parameter;

  constructor(
    private readonly options: Required<GatedExpertsOptions>,
    { numExperts, width, hidden, random }: ExpertShape
  ) {
    super();
    this.numExperts = numExperts;
    this.labels = numberedLabels(numExperts);
    this.w1 = this.addParameter('w1', stackedWeight(numExperts, width, hidden, random.child('w1')));
    this.w3 = this.addParameter('w3', stackedWeight(numExperts, width, hidden, random.child('w3')));
    this.w2 = this.addParameter('w2', stackedWeight(numExperts, hidden, width, random.child('w2')));
  }

  /** Tokens [T, D] through the sum of all experts; layers use {@link applyGroups}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return applyToAll(this, x as tf.Tensor2D, ctx);
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const gate = ACTIVATIONS[this.options.activation](ops.groupedMatMul(rows, this.w1.read() as tf.Tensor3D, plan));
    const inner = gate.mul<tf.Tensor2D>(ops.groupedMatMul(rows, this.w3.read() as tf.Tensor3D, plan));
    return ops.groupedMatMul(inner, this.w2.read() as tf.Tensor3D, plan);
  }
}
