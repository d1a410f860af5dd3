import { tf } from '../../base/backend';
import { stateKey } from '../../base/core';
import type { Context, Memory } from '../../base/core';
import { rotaryFrequencies, type RotaryOptions } from './rotaryFrequencies';

/**
 * Turns pairs of the values of queries or keys [B, heads, N, W] by angles that grow with the position, so that their products
 * depend on distances alone (RoPE, arXiv 2104.09864). Positions go on where the pass's memory ends. Call it within a tidy.
 */
export function rotate(x: tf.Tensor4D, options: RotaryOptions, ctx: Context): tf.Tensor4D {
  return turn(x, x.shape[2], (angles) => angles, options, ctx);
}

/** {@link rotate} of values as they were projected, [B, N, heads, W], in a pass without padding. */
export function rotateProjected(x: tf.Tensor4D, options: RotaryOptions, ctx: Context): tf.Tensor4D {
  return turn(x, x.shape[1], (angles) => angles.expandDims(1), options, ctx);
}

function turn(
  x: tf.Tensor4D,
  length: number,
  shaped: (angles: tf.Tensor) => tf.Tensor,
  options: RotaryOptions,
  ctx: Context
): tf.Tensor4D {
  const width = x.shape[3];
  const { turned = width, interleaved = false } = options;
  const [cos, sin] = tf.unstack(rotaryAngles(length, turned, options, ctx), 0).map(shaped);
  const [head, rest] = turned === width ? [x, null] : tf.split(x, [turned, width - turned], 3);
  const [first, second] = interleaved ? neighbours(head) : tf.split(head, 2, 3);
  const pair = [first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin))];
  const done = interleaved ? tf.stack(pair, 4).reshape(head.shape) : tf.concat(pair, 3);
  return (rest === null ? done : tf.concat([done, rest], 3)) as tf.Tensor4D;
}

function neighbours(x: tf.Tensor): tf.Tensor[] {
  return tf.unstack(x.reshape([...x.shape.slice(0, 3), x.shape[3]! / 2, 2]), 4);
}

/** Position of each of N new tokens; of each sequence, where they are padded: there a place before the first token counts as 0. */
export function positionsOf(length: number, memory: Memory | null): number[][] {
  const offset = memory?.length ?? 0;
  const padding = memory?.padding ?? [0];
  return padding.map((places) => Array.from({ length }, (_, i) => Math.max(0, offset + i - places)));
}

/**
 * Cosines and sines of N new places, [2, N, turned / 2], or [2, B, 1, N, turned / 2] where sequences are padded. Every layer of a model asks for the
 * same: the first makes them, the pass keeps them.
 */
export function rotaryAngles(length: number, turned: number, options: RotaryOptions, ctx: Context): tf.Tensor {
  const key = stateKey(`rotary/${length}/${turned}/${JSON.stringify(options)}`);
  const both = ctx.getState(key) ?? makeAngles(length, turned, options, ctx);
  if (ctx.getState(key) === null) {
    ctx.setState(key, both);
  }
  return both;
}

function makeAngles(length: number, turned: number, options: RotaryOptions, ctx: Context): tf.Tensor {
  const frequencies = rotaryFrequencies(turned, options);
  const scale = options.scaling?.kind === 'yarn' ? options.scaling.attentionFactor : 1;
  const positions = positionsOf(length, ctx.memory);
  const angles = positions.flatMap((row) =>
    row.flatMap((position) => Array.from(frequencies, (each) => position * each))
  );
  const values = Float32Array.from([...angles.map(Math.cos), ...angles.map(Math.sin)], (value) => value * scale);
  const shape = [length, turned / 2];
  return tf.tensor(values, positions.length === 1 ? [2, ...shape] : [2, positions.length, 1, ...shape]);
}
