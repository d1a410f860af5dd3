import { masksAt } from '../../../base/core';
import type { Module } from '../../../base/core';

/** Share of the values of these parameters that their masks leave. */
export function densityOf(model: Module, paths: readonly string[]): number {
  let [left, all] = [0, 0];
  masksAt(model, paths).forEach(({ variable }) => {
    left += variable.dataSync<'float32'>().reduce((sum, value) => sum + value, 0);
    all += variable.size;
  });
  return left / all;
}
