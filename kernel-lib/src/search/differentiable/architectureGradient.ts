import { tf } from '../../base/backend';
import { Context, Random } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { globalNorm } from '../../train/loop/globalNorm';
import { gradients } from '../../train/loop/gradients';
import type { Task } from '../../train/tasks/task';
import { moved } from '../moved';

/** Share of one over the gradient's norm by which weights are moved for the central difference, as DARTS has it. */
const REACH = 0.01;

type Gradients = ReadonlyMap<string, tf.Tensor>;

/** Gradients of the architecture's parameters, of the first and of the second order (arXiv 1806.09055, equations 7 and 8). */
export class ArchitectureGradient {
  private readonly weights: ReadonlyMap<string, Parameter>;

  constructor(
    private readonly model: Module,
    private readonly architecture: ReadonlyMap<string, Parameter>,
    private readonly options: { task: Task; validation: Task; seed: number }
  ) {
    this.weights = new Map(
      [...model.parameters()].filter(([path, { trainable }]) => trainable && !architecture.has(path))
    );
  }

  /** The loss on validation and its gradient, `ahead` how long a step of training is looked ahead; the caller's. */
  gradient(step: number, ahead: number): { loss: number; gradients: Map<string, tf.Tensor> } {
    const { task, validation } = this.options;
    if (ahead === 0) {
      const pass = this.pass(validation, step, this.architecture);
      return { loss: pass.loss, gradients: pass.gradients };
    }
    const downhill = this.pass(task, step, this.weights).gradients;
    const both = moved(this.weights, downhill, -ahead, () =>
      this.pass(validation, step, new Map([...this.architecture, ...this.weights]))
    );
    dispose(downhill);
    const direction = pick(both.gradients, this.weights);
    const own = pick(both.gradients, this.architecture);
    const reach =
      REACH /
      Math.max(
        tf.tidy(() => globalNorm(direction).dataSync()[0]),
        1e-12
      );
    const [up, down] = [reach, -reach].map((by) =>
      moved(this.weights, direction, by, () => this.pass(task, step, this.architecture).gradients)
    );
    const corrected = new Map(
      [...this.architecture].map(([path, { variable }]): [string, tf.Tensor] => {
        const ofHessian = (): tf.Tensor => difference(up, down, path, variable).mul(ahead / (2 * reach));
        return [path, tf.tidy(() => (own.get(path) ?? tf.zerosLike(variable)).sub(ofHessian()))];
      })
    );
    [direction, own, up, down].forEach(dispose);
    return { loss: both.loss, gradients: corrected };
  }

  private pass(
    task: Task,
    step: number,
    parameters: ReadonlyMap<string, Parameter>
  ): { loss: number; gradients: Map<string, tf.Tensor> } {
    const { seed } = this.options;
    const ctx = Context.create({ training: true, random: Random.fromSeed(seed).child('darts').child(step) });
    const out = { loss: 0, gradients: new Map<string, tf.Tensor>() };
    try {
      tf.tidy(() => {
        const pass = gradients((scope) => task.loss(this.model, task.batch(step, seed), scope), parameters, ctx);
        pass.gradients.forEach((gradient, path) => out.gradients.set(path, tf.keep(gradient)));
        out.loss = pass.loss;
      });
      return out;
    } finally {
      ctx.dispose();
    }
  }
}

/** How the gradient of a parameter differs between two places; 0 where the loss does not depend on it. */
function difference(up: Gradients, down: Gradients, path: string, like: tf.Tensor): tf.Tensor {
  const [a, b] = [up.get(path), down.get(path)];
  return a === undefined || b === undefined ? tf.zerosLike(like) : a.sub(b);
}

function pick(of: Gradients, parameters: ReadonlyMap<string, Parameter>): Map<string, tf.Tensor> {
  return new Map([...of].filter(([path]) => parameters.has(path)));
}

function dispose(of: Gradients): void {
  of.forEach((gradient) => gradient.dispose());
}
