import { tf } from '../../base/backend';
import { Axis, expectInteger, fail, Module, Parameter, sizeOf } from '../../base/core';
import type { Context, Random, Size } from '../../base/core';
import * as ops from '../../base/ops';
import { activate, initialize, Linear, uniformFanIn } from '../layers';
import { TASK_IDS } from '../stateKeys';

/** Options of a feed-forward network whose experts are routed by task. */
export interface TaskFeedForwardOptions {
  /** D. */
  width: Size;
  /** H. */
  hidden: Size;
  /** Tasks, E. */
  tasks: number;
  /** Of the D features that come out, those that a task makes by itself, P; the others are shared. */
  perTask: number;
  /** Stream for the initial parameters. */
  random: Random;
}

/**
 * A feed-forward network whose second matrix has a part for all tasks and one for each: [..., D] to [..., D]; P of the features that
 * come out are the task's (ViTPose++, arXiv 2212.04246). A token costs as much as in one dense network. Reads the task of
 * each token from `ctx.getState(moe.TASK_IDS)`.
 *
 * @throws {SwitchyardError} where a size is out of range; in `apply`, where no tasks were left, or not one a token.
 */
export function taskFeedForward(options: TaskFeedForwardOptions): TaskFeedForward {
  (['width', 'hidden', 'tasks'] as const).forEach((name) =>
    expectInteger('moe.taskFeedForward', name, sizeOf(options[name]), 1)
  );
  expectInteger('moe.taskFeedForward', 'perTask', options.perTask, 1, sizeOf(options.width) - 1);
  return new TaskFeedForward(options);
}

export class TaskFeedForward extends Module {
  readonly kind = 'task-feed-forward';
  private readonly w1: Linear;
  private readonly w2: Linear;
  private readonly perTask: Parameter;

  constructor(options: TaskFeedForwardOptions) {
    super();
    const { width, hidden, tasks, perTask, random } = options;
    const [D, H] = [Axis.of('width', width).pin('tasks have their own part of it'), Axis.of('hidden', hidden)];
    const linear = (name: string, inputWidth: Axis, outputWidth: Size): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: false, random: random.child(name) }));
    this.w1 = linear('w1', D, H);
    this.w2 = linear('w2', H, Axis.fixed('shared', D.size - perTask));
    const axes = [Axis.of('tasks', tasks).pin('task ids name its positions'), H, Axis.fixed('perTask', perTask)];
    const make = (sizes: number[]): tf.Tensor => initialize(uniformFanIn(), sizes, random.child('perTask'));
    this.perTask = this.addParameter('perTask', Parameter.over(axes, make));
  }

  /** Of the part that is the task's. */
  override ownFlops(): number {
    const [, hidden, perTask] = this.perTask.axes;
    return 2 * hidden.size * perTask.size;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const tasks = this.perTask.axes[0].size;
    const width = x.shape[x.rank - 1];
    const numTokens = x.size / width;
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
      const rows = x.reshape<tf.Tensor2D>([numTokens, width]);
      const inner = activate('gelu', this.w1.apply(rows, ctx.within('w1'))) as tf.Tensor2D;
      const ofTask = ops.groupedMatMul(ops.dispatch(inner, plan), this.perTask.read() as tf.Tensor3D, plan);
      const back = ops.combine(ofTask, tf.ones([numTokens, 1]), plan);
      return tf.concat([this.w2.apply(inner, ctx.within('w2')), back], 1).reshape(x.shape);
    });
  }
}
