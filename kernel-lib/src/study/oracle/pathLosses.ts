import { tf } from '../../base/backend';
import { Context } from '../../base/core';
import type { Module } from '../../base/core';
import * as ops from '../../base/ops';
import type { PathModel } from '../../nn/adaptive/pathModel';
import { PATHS } from '../../nn/adaptive/pathRouter';
import { headsOf, pathAttentions } from './pathAttention';
import type { HeadValues } from './pathAttention';

/** Sequences with a path for each token. */
export interface PathQuestion {
  /** int32 [B, N]. */
  inputs: tf.Tensor2D;
  /** The token after each; int32 [T]. */
  targets: tf.Tensor1D;
  /** Paths of the tokens before: choices of every token in every block, [T * L]. */
  reference: Int32Array;
}

// Values that one product may hold; larger questions are asked in parts.
const MOST_VALUES = 6e6;

/**
 * The cross entropy of each token, had it alone taken other paths through the blocks, while those before it take their reference
 * paths. Keys and values of those are computed once, so P paths of T tokens cost about P passes over T tokens.
 *
 * @param paths - Choices in each block of each path of each token; [T * P * L].
 * @returns [T * P].
 * @throws {SwitchyardError} where attention is neither the usual kind nor grouped.
 */
export async function pathLosses(model: PathModel, question: PathQuestion, paths: Int32Array): Promise<Float32Array> {
  const { heads, vocabSize, feedForwards } = model.options;
  const numTokens = question.targets.size;
  const blocks = feedForwards.length;
  const count = paths.length / (numTokens * blocks);
  const largest = Math.max(vocabSize, heads * (question.inputs.shape[1] + 1));
  const atOnce = Math.max(1, Math.min(count, Math.floor(MOST_VALUES / (numTokens * largest))));
  const known = referencePass(model, question);
  const out = new Float32Array(numTokens * count);
  try {
    for (let from = 0; from < count; from += atOnce) {
      const size = Math.min(atOnce, count - from);
      const part = new Int32Array(numTokens * size * blocks);
      for (let t = 0; t < numTokens; t++) {
        const start = (t * count + from) * blocks;
        part.set(paths.subarray(start, start + size * blocks), t * size * blocks);
      }
      const losses = variantPass(model, question, known, part);
      for (let t = 0; t < numTokens; t++) {
        out.set(losses.subarray(t * size, (t + 1) * size), t * count + from);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    known.forEach(({ key, value }) => tf.dispose([key, value]));
  }
  return out;
}

/** Keys and values of a block, [B, heads, N, D / heads]. */
interface KeysAndValues {
  key: tf.Tensor;
  value: tf.Tensor;
}

function referencePass(model: PathModel, { inputs, reference }: PathQuestion): KeysAndValues[] {
  const known: KeysAndValues[] = [];
  const undo = pathAttentions(model).map((attention) =>
    attention.intercept((inner, x, ctx) => {
      const { key, value } = headsOf(model, attention, x, { ctx, variants: 1 });
      known.push({ key: tf.keep(key), value: tf.keep(value) });
      return inner(x);
    })
  );
  try {
    runWithPaths(model, inputs, reference, undo);
  } catch (error) {
    known.forEach(({ key, value }) => tf.dispose([key, value]));
    throw error;
  }
  return known;
}

// The model itself, its blocks fed with every token P times, and its attention told to look at the reference.
function variantPass(
  model: PathModel,
  { inputs, targets }: PathQuestion,
  known: readonly KeysAndValues[],
  paths: Int32Array
): Float32Array {
  const count = paths.length / (targets.size * model.options.feedForwards.length);
  const blocks = model.children.get('layers') as Module;
  const undo = [
    ...pathAttentions(model).map((attention, i) =>
      attention.intercept((_inner, x, ctx) =>
        attention.output.apply(
          attend(headsOf(model, attention, x, { ctx, variants: count }), known[i], count),
          ctx.within('output')
        )
      )
    ),
    blocks.intercept((inner, x) => {
      const [batch, length, width] = x.shape;
      return inner(
        x
          .expandDims(2)
          .tile([1, 1, count, 1])
          .reshape([batch, length * count, width])
      );
    })
  ];
  return runWithPaths(model, inputs, paths, undo, (logits) => {
    const labels = targets.expandDims(1).tile([1, count]).flatten() as tf.Tensor1D;
    return ops.crossEntropy(logits.reshape([labels.size, -1]), labels);
  });
}

function runWithPaths(
  model: PathModel,
  inputs: tf.Tensor2D,
  paths: Int32Array,
  undo: (() => void)[],
  read: (logits: tf.Tensor) => tf.Tensor = (logits) => logits.sum()
): Float32Array {
  const ctx = Context.create();
  try {
    return tf.tidy(() => {
      ctx.setState(PATHS, tf.tensor2d(paths, [paths.length / model.options.feedForwards.length, model.options.feedForwards.length], 'int32')); // prettier-ignore
      return read(model.apply(inputs, ctx)).dataSync<'float32'>();
    });
  } finally {
    undo.forEach((takeOff) => takeOff());
    ctx.dispose();
  }
}

// Each of the P variants of position n sees the reference before n, and itself.
function attend({ query, key, value }: HeadValues, known: KeysAndValues, count: number): tf.Tensor {
  const [batch, heads, rows] = query.shape;
  const length = rows / count;
  const position = tf.range(0, length);
  const ofRow = position.expandDims(1).tile([1, count]).reshape([rows, 1]);
  const mask = tf.where(position.expandDims(0).less(ofRow), 0, -Infinity);
  const before = tf.matMul(query, known.key, false, true).add(mask); // [B, heads, N P, N]
  const probs = tf.softmax(tf.concat([before, query.mul(key).sum(3, true)], 3));
  const [ofBefore, ofSelf] = tf.split(probs, [length, 1], 3);
  const mixed = tf.matMul(ofBefore, known.value).add(value.mul(ofSelf));
  return mixed.transpose([0, 2, 1, 3]).reshape([batch, rows, heads * value.shape[3]!]);
}
