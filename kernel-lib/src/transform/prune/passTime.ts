import { tf } from '../../base/backend';
import { Context } from '../../base/core';
import type { Module } from '../../base/core';

const PASSES = 5;

/** Median time of a pass over an input, in milliseconds; the first pass of six is not counted. */
export function passTime(model: Module, x: tf.Tensor): number {
  const once = (): number => {
    const ctx = Context.create();
    try {
      const start = performance.now();
      tf.tidy(() => void model.apply(x, ctx).dataSync());
      return performance.now() - start;
    } finally {
      ctx.dispose();
    }
  };
  once();
  const times = Array.from({ length: PASSES }, once).sort((a, b) => a - b);
  return times[(PASSES - 1) / 2];
}
