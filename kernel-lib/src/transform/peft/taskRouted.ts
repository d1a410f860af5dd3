import { tf } from '../../base/backend';
import { Axis, fail, Module, Parameter } from '../../base/core';
import type { Context, CostShape, Random } from '../../base/core';
import * as ops from '../../base/ops';
import { initialize, uniformFanIn } from '../../nn/layers';
import { TASK_IDS } from '../../nn/moe';

/** Part of an inventory that is tuned for new tasks: all of it, its routing alone, or one adapter that is its mean. */
export type TaskAdaptation = 'full' | 'z' | 'mu';

export interface TaskRoutedShape {
  inputs: number;
  outputs: number;
  /** E. */
  experts: number;
  /** r. */
  rank: number;
  tasks: number;
  heads: number;
  /** The change is multiplied by alpha / r. */
  alpha: number;
}

/** The adapters of one matrix, mixed by task; see `peft.taskLora`. Tokens [..., in] to what is added, [..., out]. */
export class TaskRouted extends Module {
  readonly kind = 'task-routed';
  private readonly a: Parameter;
  private readonly b: Parameter;
  private readonly z: Parameter;

  /** Takes the initial values over. */
  private constructor(
    private readonly shape: TaskRoutedShape,
    values: { a: tf.Tensor; b: tf.Tensor; z: tf.Tensor }
  ) {
    super();
    const { inputs, outputs, heads } = shape;
    if (inputs % heads !== 0 || outputs % heads !== 0) {
      fail('peft.taskLora', `heads must divide the widths [${inputs}, ${outputs}]`, heads);
    }
    const why = 'heads cut it';
    const [from, to] = [Axis.of('inputs', inputs).pin(why), Axis.of('outputs', outputs).pin(why)];
    const [experts, rank] = [Axis.of('experts', shape.experts), Axis.of('rank', shape.rank)];
    const routed = [Axis.of('tasks', shape.tasks), Axis.fixed('heads', heads), experts];
    this.a = this.addParameter('a', new Parameter(values.a, { axes: [experts, from, rank] }));
    this.b = this.addParameter('b', new Parameter(values.b, { axes: [experts, rank, to] }));
    this.z = this.addParameter('z', new Parameter(values.z, { axes: routed, decay: false }));
  }

  static create({ random, ...shape }: TaskRoutedShape & { random: Random }): TaskRouted {
    const { inputs, outputs, experts, rank } = shape;
    const a = initialize(uniformFanIn(), [experts, inputs, rank], random.child('a'));
    return new TaskRouted(shape, { a, b: tf.zeros([experts, rank, outputs]), z: initialRouting(shape, random) });
  }

  /** A new one that goes on from these adapters with other tasks. */
  adapt(tasks: number, how: TaskAdaptation, random: Random): TaskRouted {
    const shape = { ...this.shape, tasks, experts: how === 'mu' ? 1 : this.shape.experts };
    const kept = ({ variable }: Parameter): tf.Tensor => (how === 'mu' ? variable.mean(0, true) : variable.clone());
    const next = new TaskRouted(shape, { a: kept(this.a), b: kept(this.b), z: initialRouting(shape, random) });
    next.a.trainable = next.b.trainable = how !== 'z';
    // The weight of a single adapter is 1 whatever z is.
    next.z.trainable = how !== 'mu';
    return next;
  }

  /** The two factors; mixing them is work of a pass, over its tokens. */
  override ownFlops({ length, tokens = length }: CostShape): number {
    const [experts, inputs, rank] = this.a.axes.map(({ size }) => size);
    const both = rank * (inputs + this.b.axes[2].size);
    return 2 * both + (2 * this.z.axes[0].size * experts * both) / tokens;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { rank, alpha } = this.shape;
    const tasks = this.z.axes[0].size;
    const inputs = x.shape[x.rank - 1];
    const numTokens = x.size / inputs;
    const ids = ctx.getState(TASK_IDS);
    if (ids === null || ids.size !== numTokens) {
      fail(
        ctx.path || this.kind,
        `the context must hold ${numTokens} "${TASK_IDS.name}"`,
        ids === null ? null : ids.size
      );
    }
    const plan = ops.planDispatch(Int32Array.from(ids.dataSync()), { numTokens, k: 1, numExperts: tasks });
    return tf.tidy(() => {
      const { a, b } = this.mixed();
      const rows = ops.dispatch(x.reshape<tf.Tensor2D>([numTokens, inputs]), plan);
      const outputs = ops.groupedMatMul(ops.groupedMatMul(rows, a, plan), b, plan).mul<tf.Tensor2D>(alpha / rank);
      return ops.combine(outputs, tf.ones([numTokens, 1]), plan).reshape([...x.shape.slice(0, -1), -1]);
    });
  }

  // The matrices of each task: [tasks, in, r] and [tasks, r, out]. Head h weighs its own rows of A and its own columns of B.
  private mixed(): { a: tf.Tensor3D; b: tf.Tensor3D } {
    const [experts, inputs, rank] = this.a.axes.map(({ size }) => size);
    const outputs = this.b.axes[2].size;
    const [tasks, heads] = this.z.axes.map(({ size }) => size);
    const strength = tf.sigmoid(this.z.read());
    const weights = strength.div(strength.sum(2, true)).transpose([1, 0, 2]); // [heads, tasks, E]
    const partsOfA = this.a.read().reshape([experts, heads, -1]).transpose([1, 0, 2]);
    const a = tf.matMul(weights, partsOfA).transpose([1, 0, 2]).reshape<tf.Tensor3D>([tasks, inputs, rank]);
    const partsOfB = this.b
      .read()
      .reshape([experts, rank, heads, -1])
      .transpose([2, 0, 1, 3])
      .reshape([heads, experts, -1]);
    const b = tf
      .matMul(weights, partsOfB)
      .reshape([heads, tasks, rank, -1])
      .transpose([1, 2, 0, 3])
      .reshape<tf.Tensor3D>([tasks, rank, outputs]);
    return { a, b };
  }
}

// Nearly even, and not quite: adapters that every task uses alike would stay alike.
function initialRouting({ tasks, heads, experts }: TaskRoutedShape, random: Random): tf.Tensor {
  return random.child('z').uniform([tasks, heads, experts], -1e-3, 1e-3);
}
