import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, fail, masksAt } from '../../base/core';
import type { Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import type { TransformReport } from '../moe/report';
import { magnitude } from './importance';
import type { Importance } from './importance';
import { matches } from './matches';
import { keepLargest, keepOfEach } from './sparseMasks';
import type { Scored } from './sparseMasks';

/** Matrices that are masked unless told otherwise: all but embeddings, heads and routers. */
const LEFT = ['tokens.*', 'positions.*', 'head.*', '*router*'];

export interface UnstructuredOptions {
  /** Share of the values that goes, 0..1; with `pattern` it is the pattern's. */
  sparsity?: number;
  /** Of every m values in a row of inputs of an output, n are left (2:4, arXiv 2104.08378). */
  pattern?: { n: number; m: number };
  /** Criterion. Default `prune.magnitude({ p: 1 })`. */
  importance?: Importance;
  /** "local": each matrix loses that share; "global": all together do. Default "local". */
  scope?: 'local' | 'global';
  /** Parameters to mask, by path; "*" stands for any part. Default: all matrices but those of `exclude`. */
  include?: readonly string[];
  /** Parameters that stay. Default: embeddings, heads and routers. */
  exclude?: readonly string[];
}

export interface UnstructuredReport extends TransformReport {
  mode: 'mask';
  /** Kind of the criterion. */
  importance: string;
  /** Values of the masked parameters, and those that are left. */
  values: { before: number; after: number };
  /** Share of values left, by path. */
  density: Record<string, number>;
}

/**
 * Unstructured pruning: single values are masked (Han et al., arXiv 1506.02626). A new model of the same shapes; its masks are buffers, so
 * that they are saved, built again from the spec, and hold against momentum and weight decay in training. Values that an earlier mask
 * took away do not come back.
 *
 * @throws {SwitchyardError} where an option is out of range, no parameter fits, or a pattern does not divide a matrix.
 */
export function unstructured<M extends Module>(
  model: M,
  options: UnstructuredOptions
): { model: M; report: UnstructuredReport } {
  const where = 'prune.unstructured';
  const { pattern, importance = magnitude({ p: 1 }), scope = 'local' } = options;
  if ((options.sparsity === undefined) === (pattern === undefined)) {
    fail(where, 'there must be sparsity or pattern', options.sparsity === undefined ? 'neither' : 'both');
  }
  const { sparsity = 0 } = options;
  expectNumber(where, 'sparsity', sparsity, 0, 1);
  expectOneOf(where, 'scope', scope, ['local', 'global']);
  if (pattern !== undefined) {
    expectInteger(where, 'pattern.m', pattern.m, 1);
    expectInteger(where, 'pattern.n', pattern.n, 1, pattern.m);
  }
  const paths = chosenPaths(model, options);
  const scores = importance.score(model);
  try {
    const known = paths.map((path) =>
      rowsOf(
        model,
        path,
        scores.get(path) ?? fail(where, 'the criterion must score every parameter that is masked', path)
      )
    );
    const kept =
      pattern === undefined
        ? keepLargest(known, sparsity, scope)
        : known.map((each) => keepOfEach(where, each, pattern));
    const pruned = copyModel(model);
    masksAt(pruned, paths).forEach((mask, path) => {
      const values = tf.tensor(kept[paths.indexOf(path)], mask.shape, 'float32');
      mask.assign(values, path);
      values.dispose();
    });
    return { model: pruned, report: reportOf(model, paths, kept, importance.kind) };
  } finally {
    tf.dispose([...scores.values()]);
  }
}

function chosenPaths(model: Module, { include = ['*'], exclude = LEFT }: UnstructuredOptions): string[] {
  const parameters = [...model.parameters()];
  const paths = parameters.filter(
    ([path, { shape }]) => shape.length >= 2 && matches(include, path) && !matches(exclude, path)
  );
  if (paths.length === 0) {
    fail(
      'prune.unstructured',
      `include must name matrices (${parameters
        .map(([path]) => path)
        .join(', ')
        .slice(0, 300)})`,
      include
    );
  }
  return paths.map(([path]) => path);
}

function rowsOf(model: Module, path: string, score: tf.Tensor): Scored {
  const mask = model.buffers().get(`${path}Mask`);
  const scores = tf.tidy(() => score.abs().dataSync<'float32'>().slice());
  mask?.variable.dataSync().forEach((value, i) => value === 0 && (scores[i] = -1));
  const wrong = scores.find((value) => !Number.isFinite(value));
  return wrong === undefined
    ? { path, shape: score.shape, scores }
    : fail('prune.unstructured', `importance of "${path}" must be finite`, wrong);
}

function reportOf(
  model: Module,
  paths: readonly string[],
  kept: readonly Float32Array[],
  importance: string
): UnstructuredReport {
  const left = kept.map((mask) => mask.reduce((a, b) => a + b, 0));
  const parameters = model.countParameters();
  return {
    ...{ transformation: 'unstructured', mode: 'mask', importance },
    parameters: { before: parameters, after: parameters },
    values: { before: kept.reduce((sum, { length }) => sum + length, 0), after: left.reduce((a, b) => a + b, 0) },
    density: Object.fromEntries(paths.map((path, i) => [path, left[i] / kept[i].length]))
  };
}
