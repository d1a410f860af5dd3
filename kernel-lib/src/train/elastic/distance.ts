import type { tf } from '../../base/backend';
import { expectNumber, expectOneOf, fail, showShape } from '../../base/core';
import type { Module } from '../../base/core';
import { softLoss } from '../tasks/distillation';

/** How slices learn from a teacher. */
export interface ElasticDistillation {
  /** Model that slices learn from, as it is. Default: the whole model itself, in place (arXiv 1903.05134). */
  teacher?: Module;
  /** Path of the module whose outputs are to be met, in teacher and slice, such as "norm". Default: the model's own output. */
  at?: string;
  /** "kl", of the softmaxes; "squared", the mean squared difference, of representations. Default "kl". */
  distance?: 'kl' | 'squared';
  /** Temperature that logits are divided by, of "kl". Default 1. */
  temperature?: number;
  /** Coefficient of the task's own loss of a slice, which is added. Default 0. */
  hardLoss?: number;
}

/** Checks the options and fills in the defaults. */
export function resolveDistillation(
  where: string,
  { teacher, at = '', distance = 'kl', temperature = 1, hardLoss = 0 }: ElasticDistillation,
  model: Module
): Required<Omit<ElasticDistillation, 'teacher'>> & { teacher: Module | null } {
  expectOneOf(where, 'distance', distance, ['kl', 'squared']);
  expectNumber(where, 'temperature', temperature, Number.MIN_VALUE);
  expectNumber(where, 'hardLoss', hardLoss, 0);
  [model, ...(teacher === undefined ? [] : [teacher])].forEach((each) => {
    if (!each.modules().has(at)) {
      fail(where, 'at must be a path of the model and its teacher', at);
    }
  });
  return { teacher: teacher ?? null, at, distance, temperature, hardLoss };
}

/** Distance of a slice's output from the teacher's. */
export function distanceOf(
  where: string,
  [wanted, given]: readonly [tf.Tensor, tf.Tensor],
  { distance, temperature }: { distance: 'kl' | 'squared'; temperature: number }
): tf.Scalar {
  if (showShape(wanted.shape) !== showShape(given.shape)) {
    fail(where, `a slice's output must have its teacher's shape ${showShape(wanted.shape)}`, showShape(given.shape));
  }
  if (distance === 'squared') {
    return given.sub(wanted).square().mean<tf.Scalar>();
  }
  const width = wanted.shape.at(-1)!;
  const [from, to] = [wanted, given].map((y) => y.reshape<tf.Tensor2D>([-1, width]));
  return softLoss(from, to, temperature, where);
}
