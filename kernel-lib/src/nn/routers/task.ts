import { type tf } from '../../base/backend';
import { Axis, expectInteger, Parameter } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { TASK_IDS } from '../stateKeys';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { sideInput } from './parts/sideInput';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

export interface TaskRouterOptions extends TokenChoiceOptions {
  /** Tasks, N. */
  tasks: number;
  /** Width of a task's embedding. Default 16. */
  embedDim?: number;
  /** Score the token as well; without it, all tokens of a task go the same way. Default true. */
  content?: boolean;
}

/**
 * Task-aware router (arXiv 2204.07689): logits are `x W + e_task U`, so tasks share some experts and keep others. The
 * pass holds the task of each token, 0..N-1, as "taskIds", int32 [T].
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts; in `route`, without tasks.
 */
export function task(options: TaskRouterOptions): RouterSpec {
  const { tasks, embedDim = 16, content = true } = options;
  const resolved = { ...resolveTokenChoice('routers.task', options), tasks, embedDim, content };
  expectInteger('routers.task', 'tasks', tasks, 1);
  expectInteger('routers.task', 'embedDim', embedDim, 1);
  return { kind: 'task', options: resolved, build: (shape) => new TaskRouter(resolved, shape) };
}

class TaskRouter extends TokenChoice {
  readonly kind = 'task';
  private readonly embedding: Parameter;
  private readonly taskWeight: Parameter;
  private readonly weight: Parameter | null;

  constructor({ tasks, embedDim, content, ...choice }: Required<TaskRouterOptions>, shape: RouterShape) {
    super('routers.task', choice, shape);
    const { random } = shape;
    const { width, experts } = this.axes;
    const matrix = (name: string, rows: Axis): Parameter =>
      this.addParameter(name, projectionWeight(rows, experts, random.child(name)));
    const embedding = [Axis.of('tasks', tasks).pin('task ids name its positions'), Axis.of('embedding', embedDim)];
    this.embedding = this.addParameter(
      'embedding',
      Parameter.over(embedding, (sizes) => random.child('embedding').normal(sizes))
    );
    this.taskWeight = matrix('taskWeight', embedding[1]);
    this.weight = content ? matrix('weight', width) : null;
  }

  override ownFlops(): number {
    return projectFlops(this.taskWeight) + projectFlops(this.weight);
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const ids = sideInput('routers.task', TASK_IDS, x.shape[0], ctx).toInt();
    const task = ops.embed(this.embedding.read() as tf.Tensor2D, ids) as tf.Tensor2D;
    const ofTask = project(task, this.taskWeight);
    return this.weight === null ? ofTask : project(x, this.weight).add(ofTask);
  }
}

specs.register('task', task);
