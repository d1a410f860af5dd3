import { tf } from '../../base/backend';
import { fail, type Parameter } from '../../base/core';
import { adamUpdate } from './adamUpdate';
import type { AdamItem, AdamState } from './adamUpdate';

/** Options of `train.AdamW`. */
export interface AdamWOptions {
  /** Decay of the running mean of the gradient. */
  beta1: number;
  /** Decay of the running mean of the squared gradient. */
  beta2: number;
  /** Added to the root of the bias-corrected second moment. */
  epsilon: number;
  /** Fraction of a value, times the learning rate, that each update takes away. */
  weightDecay: number;
  /** Factor of the learning rate of a parameter, by path; 1 where it is not named. Default: 1 for all. */
  rates?: ReadonlyMap<string, number>;
}

interface UpdateOptions {
  learningRate: number;
  scale: number;
  reach?: ReadonlyMap<string, tf.Tensor | null>;
  masks?: ReadonlyMap<string, tf.Tensor>;
}

interface OneUpdate extends AdamItem {
  path: string;
  /** 1 where values are updated; null where all are. */
  where: tf.Tensor | null;
}

type Moments = Pick<AdamState, 'firstMoment' | 'secondMoment'>;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101, algorithm 2), the steps of PyTorch's: values shrink by
 * `learningRate * weightDecay` outside the adaptive step. Parameters whose `decay` is false do not shrink. Owns its moments; dispose it.
 */
export class AdamW {
  /** Updates done. */
  updates = 0;
  private readonly moments = new Map<string, Moments>();

  constructor(
    private readonly parameters: ReadonlyMap<string, Parameter>,
    private readonly options: AdamWOptions
  ) {
    const paths = new Map<Parameter, string>();
    for (const [path, parameter] of parameters) {
      const other = paths.get(parameter);
      if (other !== undefined) {
        fail('train.AdamW', 'a parameter must be given once, by one path', `"${other}" and "${path}"`);
      }
      paths.set(parameter, path);
      const { shape } = parameter;
      this.moments.set(path, { firstMoment: tf.keep(tf.zeros(shape)), secondMoment: tf.keep(tf.zeros(shape)) });
    }
  }

  /**
   * Updates the parameters that `gradients` names.
   *
   * @param gradients - By path; the caller keeps them.
   * @param step - `scale` is what gradients are multiplied by first: less than 1 where they are clipped; `reach` says where values are updated, as a
   * task does. Others stay, and what is remembered of them too (lazy Adam). Where one of `masks` (bool, by path) is false, gradients count as 0 and values become 0.
   */
  update(gradients: ReadonlyMap<string, tf.Tensor>, { learningRate, scale, reach, masks }: UpdateOptions) {
    this.updates++;
    tf.tidy(() => {
      const updates = [...gradients].flatMap(([path, gradient]): OneUpdate[] => {
        const where = reach === undefined ? null : reach.get(path);
        if (where === undefined) {
          return [];
        }
        const { variable, decay } = this.parameters.get(path)!;
        const rate = learningRate * (this.options.rates?.get(path) ?? 1);
        const kept = decay ? 1 - rate * this.options.weightDecay : 1;
        return [
          { path, where, gradient, mask: masks?.get(path), rate, kept, value: variable, ...this.moments.get(path)! }
        ];
      });
      const { beta1, beta2, epsilon } = this.options;
      const numbers = { scale, beta1, beta2, epsilon, update: this.updates };
      for (const some of inPortions(updates)) {
        adamUpdate(some, numbers).forEach((next, i) => this.take(some[i], next));
      }
    });
  }

  /** Sets the running means of the values of a parameter to 0 where `where` is 1. */
  forget(path: string, where: tf.Tensor): void {
    const moments = this.moments.get(path);
    if (moments !== undefined) {
      tf.tidy(() => {
        const left = tf.sub(1, where);
        const { firstMoment, secondMoment } = moments;
        moments.firstMoment = tf.keep(firstMoment.mul(left));
        moments.secondMoment = tf.keep(secondMoment.mul(left));
        tf.dispose([firstMoment, secondMoment]);
      });
    }
  }

  /** State to be saved, beside `updates`: "firstMoment.<path>" and "secondMoment.<path>". The tensors stay its own. */
  state(): Map<string, tf.Tensor> {
    const out = new Map<string, tf.Tensor>();
    for (const [path, { firstMoment, secondMoment }] of this.moments) {
      out.set(`firstMoment.${path}`, firstMoment).set(`secondMoment.${path}`, secondMoment);
    }
    return out;
  }

  /** Takes over tensors of the names and shapes of {@link AdamW.state}. */
  restore(updates: number, state: ReadonlyMap<string, tf.Tensor>): void {
    this.updates = updates;
    for (const [path, moments] of this.moments) {
      tf.dispose({ ...moments });
      moments.firstMoment = tf.keep(state.get(`firstMoment.${path}`)!);
      moments.secondMoment = tf.keep(state.get(`secondMoment.${path}`)!);
    }
  }

  dispose(): void {
    this.moments.forEach((moments) => tf.dispose({ ...moments }));
    this.moments.clear();
  }

  private take({ path, where, value, firstMoment, secondMoment }: OneUpdate, next: AdamState): void {
    const taken = (after: tf.Tensor, before: tf.Tensor): tf.Tensor =>
      where === null ? after : tf.where(where.toBool(), after, before);
    const moments = this.moments.get(path)!;
    this.parameters.get(path)!.variable.assign(taken(next.value, value));
    moments.firstMoment = tf.keep(taken(next.firstMoment, firstMoment));
    moments.secondMoment = tf.keep(taken(next.secondMoment, secondMoment));
    tf.dispose([firstMoment, secondMoment]);
  }
}

// Old and new values are there at once for as many as are updated together.
const PORTION = 2 ** 22;

/** Updates in turn, together of so many values that memory grows by little. */
function inPortions(updates: readonly OneUpdate[]): OneUpdate[][] {
  const portions: OneUpdate[][] = [];
  let size = Infinity;
  for (const update of updates) {
    if (size + update.value.size > PORTION) {
      portions.push([]);
      size = 0;
    }
    portions.at(-1)!.push(update);
    size += update.value.size;
  }
  return portions;
}
