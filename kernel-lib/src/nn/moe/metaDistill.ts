import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail, Module } from '../../base/core';
import type { Context, Parameter, Random } from '../../base/core';
import * as ops from '../../base/ops';
import { TeacherAggregator } from './teacherAggregator';

/** Options of `moe.metaDistill`. */
export interface MetaDistillOptions {
  /** Networks, each trained on a domain of its own: tokens [T, D] to [T, F]. They stay where they are and as they are. */
  teachers: readonly Module[];
  /**
   * Tokens [T, D] to [T, F]; it is adapted and trained, and becomes a part. All that it computes must have second derivatives, as
   * linear maps and "relu" do, and "gelu" and "silu" do not.
   */
  student: Module;
  /** F. */
  outputWidth: number;
  /** Width inside the aggregator. Default 32. */
  width?: number;
  /** Steps of an adaptation. Default 1. */
  innerSteps?: number;
  /** Their learning rate. Default 0.1. */
  innerRate?: number;
  /** Stream for the initial parameters. */
  random: Random;
}

/** Joint prediction of the teachers for tokens of one domain. */
export interface Fused {
  /** [T, F]. */
  output: tf.Tensor2D;
  /** Weight of each teacher, their sum 1; [E]. */
  weights: tf.Tensor1D;
}

/** See {@link metaDistill}. */
export interface MetaDistill extends Module {
  readonly student: Module;
  readonly aggregator: TeacherAggregator;
  /** Weighs and adds what the teachers say; `without` leaves one out, in training that of the domain at hand. */
  fuse(x: tf.Tensor2D, ctx: Context, options?: { without?: number | null }): Fused;
  /**
   * Output of the student for `query` once it is adapted to the domain of `support`; both [T, D], without labels. It is
   * as it was afterwards. Differentiable, through the adaptation.
   */
  adapted(
    support: tf.Tensor2D,
    query: tf.Tensor2D,
    ctx: Context,
    options?: { without?: number | null; steps?: number }
  ): tf.Tensor2D;
}

/**
 * Adaptation to a domain by distillation from a mixture of experts (Meta-DMoE, arXiv 2210.03885): experts of other domains are asked
 * about unlabelled tokens of the new one, an aggregator fuses their answers, and a few steps of gradient descent bring the student
 * nearer to them. A loss on what {@link MetaDistill.adapted} gives trains the aggregator and the student's beginning, through those
 * steps. `apply` is the student as it is.
 *
 * @throws {SwitchyardError} where there are no teachers, or an option is out of range.
 */
export function metaDistill(options: MetaDistillOptions): MetaDistill {
  const { teachers, innerSteps = 1, innerRate = 0.1 } = options;
  if (teachers.length === 0) {
    fail('moe.metaDistill', 'there must be a teacher', 0);
  }
  expectInteger('moe.metaDistill', 'innerSteps', innerSteps, 0);
  expectNumber('moe.metaDistill', 'innerRate', innerRate, 0);
  return new DistillingStudent({ ...options, innerSteps, innerRate });
}

type Resolved = MetaDistillOptions & { innerSteps: number; innerRate: number };

class DistillingStudent extends Module implements MetaDistill {
  readonly kind = 'meta-distill';
  readonly student: Module;
  readonly aggregator: TeacherAggregator;

  constructor(private readonly options: Resolved) {
    super();
    const { teachers, student, outputWidth, width, random } = options;
    this.student = this.addChild('student', student);
    const sizes = { teachers: teachers.length, outputWidth, width, random: random.child('aggregator') };
    this.aggregator = this.addChild('aggregator', new TeacherAggregator(sizes));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.student.apply(x, ctx.within('student'));
  }

  fuse(x: tf.Tensor2D, ctx: Context, { without = null }: { without?: number | null } = {}): Fused {
    const { teachers } = this.options;
    return tf.tidy(() => {
      const said = ops.withoutGradient(() =>
        tf.stack(
          teachers.map((teacher, e) => teacher.apply(x, ctx.within(`teacher${e}`))),
          1
        )
      );
      const weights = this.aggregator.apply(said, ctx.within('aggregator'), without);
      const output = said.mul(weights.expandDims(1)).sum<tf.Tensor2D>(1);
      return { output, weights };
    });
  }

  adapted(
    support: tf.Tensor2D,
    query: tf.Tensor2D,
    ctx: Context,
    { without = null, steps = this.options.innerSteps }: { without?: number | null; steps?: number } = {}
  ): tf.Tensor2D {
    const parameters = [...this.student.parameters().values()];
    return tf.tidy(() => {
      const { output } = this.fuse(support, ctx, { without });
      const distance = (...values: tf.Tensor[]): tf.Scalar =>
        reading(parameters, values, () => this.apply(support, ctx).sub(output).square().mean());
      let values: tf.Tensor[] = parameters.map((parameter) => parameter.read());
      for (let step = 0; step < steps; step++) {
        const gradients = tf.grads(distance)(values);
        values = values.map((value, i) => value.sub(gradients[i].mul(this.options.innerRate)));
      }
      return reading(parameters, values, () => this.apply(query, ctx) as tf.Tensor2D);
    });
  }
}

/** Runs `f` while layers read these values in place of what parameters store. */
function reading<T>(parameters: readonly Parameter[], values: readonly tf.Tensor[], f: () => T): T {
  const undo = parameters.map((parameter, i) => parameter.wrap(() => values[i]));
  try {
    return f();
  } finally {
    undo.forEach((unwrap) => unwrap());
  }
}
