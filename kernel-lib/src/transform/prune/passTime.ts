import type { tf } from '../../base/backend';
import { passOf, timePasses } from '../../base/core';
import type { Module } from '../../base/core';

/** Median time of a pass over an input, in milliseconds; the first pass of six is not counted. */
export function passTime(model: Module, x: tf.Tensor): number {
  const timing = { warmUp: 1, passes: 5, now: () => performance.now() };
  return timePasses([passOf(model, x)], timing)[0].milliseconds;
}
