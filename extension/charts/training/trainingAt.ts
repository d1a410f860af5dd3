/** @file Scalars as they were at an earlier step. */
import type { TrainingData } from '@switchyard/kernel-lib/protocol';
import { lastAt, scalarsAt } from '../history';

export function trainingAt(data: TrainingData, step: number): TrainingData {
  const end = lastAt(data.steps, step) + 1;
  return { steps: data.steps.slice(0, end), scalars: scalarsAt(data.scalars, end) };
}
