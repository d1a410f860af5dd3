import { tf } from '../backend';
import { expectOneOf, Module, Parameter } from '../core';
import type { Context } from '../core';
import * as ops from '../ops';
import type { DispatchPlan } from '../ops';
import { ACTIVATIONS } from './activations';
import type { Activation } from './activations';
import { applyToAll } from './applyToAll';
import type { ExpertBank, ExpertShape, ExpertSpec } from './expertBank';
import { numberedLabels, stackedWeight } from './stackedWeight';

export interface PlainExpertsOptions {
  /** Default "gelu". */
  activation?: Activation;
  /** Adds a bias after each of the two matrices. Default false. */
  bias?: boolean;
}

/**
 * Feed-forward experts, `act(x w1 + b1) w2 + b2`: parameters w1 [E, D, H], w2 [E, H, D] and, with `bias`, b1 [E, H] and b2 [E, D].
 *
 * @throws {SwitchyardError} where the activation is unknown.
 */
export function plainExperts({ activation = 'gelu', bias = false }: PlainExpertsOptions = {}): ExpertSpec {
  expectOneOf('plainExperts', 'activation', activation, Object.keys(ACTIVATIONS));
  const options = { activation, bias };
  return { kind: 'plain', options, build: (shape) => new PlainExperts(options, shape) };
}

class PlainExperts extends Module implements ExpertBank {
  readonly kind = 'plain-experts';
  readonly numExperts: number;
  readonly labels: readonly string[];
  private readonly w1: Parameter;
  private readonly w2: Parameter;
  private readonly b1: Parameter | null;
  private readonly b2: Parameter | null;

  constructor(
    private readonly options: Required<PlainExpertsOptions>,
    { numExperts, width, hidden, random }: ExpertShape
  ) {
    super();
    this.numExperts = numExperts;
    this.labels = numberedLabels(numExperts);
    const bias = (name: string, size: number) =>
      options.bias ? this.addParameter(name, new Parameter(tf.zeros([numExperts, size]), false)) : null;
    this.w1 = this.addParameter('w1', stackedWeight(numExperts, width, hidden, random.child('w1')));
    this.b1 = bias('b1', hidden);
    this.w2 = this.addParameter('w2', stackedWeight(numExperts, hidden, width, random.child('w2')));
    this.b2 = bias('b2', width);
  }

  /** Tokens [T, D] through the sum of all experts; layers use {@link applyGroups}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return applyToAll(this, x as tf.Tensor2D, ctx);
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const inner = ACTIVATIONS[this.options.activation](affine(rows, this.w1, this.b1, plan));
    return affine(inner, this.w2, this.b2, plan);
  }
}

function affine(x: tf.Tensor2D, weight: Parameter, bias: Parameter | null, plan: DispatchPlan): tf.Tensor2D {
  const y = ops.groupedMatMul(x, weight.read() as tf.Tensor3D, plan);
  return bias === null ? y : ops.groupedBias(y, bias.read() as tf.Tensor2D, plan);
}
