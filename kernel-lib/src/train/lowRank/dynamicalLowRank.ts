import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, fail, Random } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { Linear } from '../../nn/layers';
import { gradients } from '../loop/gradients';
import { nextTurn } from '../loop/nextTurn';
import type { Metrics, Task } from '../tasks/task';
import { LowRankFactors } from './lowRankFactors';

/** Options of `compress.dynamicalLowRank`. */
export interface DynamicalLowRankOptions {
  /** Steps of gradient descent. */
  steps: number;
  /** Size of a step. Default 0.1. */
  learningRate?: number;
  /** Singular values below this share of the norm of all of a matrix are cut after each step, while `adaptive`; 0..1. Default 0.1. */
  tolerance?: number;
  /** Ranks follow the tolerance, up and down; else they stay. Default true. */
  adaptive?: boolean;
  /** Rank of a matrix at most. Default: that of the matrix. */
  maxRank?: number;
  /** Seed of the batches and of all that is random in a pass. Default 0. */
  seed?: number;
}

/** Outcome of `compress.dynamicalLowRank`. */
export interface DynamicalLowRankResult {
  /** Loss of each step's batch before the step. */
  losses: number[];
  /** Rank of each factored matrix after each step, by the path of its layer. */
  ranks: Record<string, number[]>;
}

/**
 * Dynamical low-rank training (Schotthöfer et al., arXiv 2205.13571): the factored matrices of a model, as `compress.lowRank` makes them, are trained as
 * `U S V^T` without ever being whole. A step moves `K = U S` and `L = V S^T` on their own, adds the directions that they found to both bases, moves S between
 * them, and cuts its singular values, which is how ranks grow and fall (the unconventional integrator of Ceruti and Lubich). Other parameters take a
 * gradient step. The model is trained in place; in the end its factors are `U S` and `V^T`.
 *
 * @throws {SwitchyardError} where an option is out of range, no linear layer is factored or one is cut by a mask, a loss or gradient is not finite, or the task does not fit.
 */
export async function dynamicalLowRank<B, E extends Metrics>(
  model: Module,
  given: Task<B, E>,
  options: DynamicalLowRankOptions
): Promise<DynamicalLowRankResult> {
  const { steps, learningRate = 0.1, tolerance = 0.1, adaptive = true, maxRank = Infinity, seed = 0 } = options;
  expectInteger(WHERE, 'steps', steps, 1);
  expectNumber(WHERE, 'learningRate', learningRate, 0);
  expectNumber(WHERE, 'tolerance', tolerance, 0, 1);
  expectInteger(WHERE, 'maxRank', maxRank === Infinity ? 1 : maxRank, 1);
  expectInteger(WHERE, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const task = given.on?.(model) ?? given;
  const layers = [...model.modules()].filter(
    (each): each is [string, Linear] => each[1] instanceof Linear && each[1].rank !== null
  );
  if (layers.length === 0) {
    fail(WHERE, 'the model must have factored linear layers (compress.lowRank)', model.kind);
  }
  const cut = layers.find(([, layer]) =>
    [...layer.parameters().values()].some(({ axes }) => axes.some(({ selection }) => selection !== null))
  );
  if (cut !== undefined) {
    fail(WHERE, 'a factored layer must be whole, without cuts that are masks', cut[0]);
  }
  const all = layers.map(([path, layer]) => new LowRankFactors(path, layer));
  const result: DynamicalLowRankResult = { losses: [], ranks: Object.fromEntries(layers.map(([path]) => [path, []])) };
  try {
    for (let step = 1; step <= steps; step++) {
      const batch = task.batch(step, seed);
      const passOf = (parameters: ReadonlyMap<string, Parameter>) =>
        pass(model, task, { batch, parameters, step, seed });
      result.losses.push(
        oneStep(model, all, passOf, { learningRate, tolerance: adaptive ? tolerance : null, maxRank })
      );
      all.forEach(({ path, rank }) => result.ranks[path].push(rank));
      await nextTurn();
    }
    return result;
  } finally {
    all.forEach((each) => each.dispose());
  }
}

const WHERE = 'compress.dynamicalLowRank';

type PassOf = (parameters: ReadonlyMap<string, Parameter>) => { loss: number; gradients: Map<string, tf.Tensor> };

/** One step of the integrator; the loss before it. */
function oneStep(
  model: Module,
  all: readonly LowRankFactors[],
  passOf: PassOf,
  { learningRate, tolerance, maxRank }: { learningRate: number; tolerance: number | null; maxRank: number }
): number {
  return tf.tidy(() => {
    all.forEach((each) => each.showK());
    const { loss, gradients: ofK } = passOf(new Map(all.map(({ down }) => down)));
    const movedK = all.map((each) => each.k().sub<tf.Tensor2D>(taken(ofK, each.down[0]).mul(learningRate)));
    all.forEach((each) => each.showL());
    const { gradients: ofL } = passOf(new Map(all.map(({ up }) => up)));
    const movedL = all.map((each) => each.l().sub<tf.Tensor2D>(taken(ofL, each.up[0]).transpose().mul(learningRate)));
    all.forEach((each, i) => each.augment(movedK[i], movedL[i], tolerance === null));
    const inner = new Map(all.map(({ down }) => down));
    const factored = new Set(all.flatMap(({ down, up }) => [down[0], up[0]]));
    const others = [...model.parameters()].filter(([path, { trainable }]) => trainable && !factored.has(path));
    const { gradients: last } = passOf(new Map([...inner, ...others]));
    all.forEach((each) => each.moveS(taken(last, each.down[0]), learningRate, { tolerance, maxRank }));
    others.forEach(([path, parameter]) => {
      const gradient = last.get(path);
      if (gradient !== undefined) {
        parameter.assign(parameter.variable.sub(gradient.mul(learningRate)), path);
      }
    });
    return loss;
  });
}

function taken(gradients: ReadonlyMap<string, tf.Tensor>, path: string): tf.Tensor2D {
  return (gradients.get(path) ?? fail(WHERE, 'the loss must depend on every factored layer', path)) as tf.Tensor2D;
}

function pass<B>(
  model: Module,
  task: Task<B>,
  {
    batch,
    parameters,
    step,
    seed
  }: { batch: B; parameters: ReadonlyMap<string, Parameter>; step: number; seed: number }
): ReturnType<PassOf> {
  const ctx = Context.create({ training: true, random: Random.fromSeed(seed).child('pass').child(step) });
  try {
    const found = gradients((scope) => task.loss(model, batch, scope), parameters, ctx);
    if (!Number.isFinite(found.loss + found.gradientNorm)) {
      fail(WHERE, `loss and gradients of step ${step} must be finite`, found.loss);
    }
    return found;
  } finally {
    ctx.dispose();
  }
}
