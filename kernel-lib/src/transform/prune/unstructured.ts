import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, fail, masksAt } from '../../base/core';
import type { Module } from '../../base/core';
import { read } from '../../base/ops';
import { copyModel } from '../../models/copyModel';
import type { TransformReport } from '../moe/report';
import { densityByPart } from './densityByPart';
import type { DensityByPart } from './densityByPart';
import { magnitude } from './importance';
import type { Importance, ValueImportance } from './importance';
import { chosenMatrices } from './matrices';
import type { MatrixChoice } from './matrices';
import { expectBlock, scoreBlocks, spreadBlocks } from './sparseBlocks';
import type { Block } from './sparseBlocks';
import { countAbove, keepLargest, keepOfEach } from './sparseMasks';
import type { Scored, SparsityTarget, ValueScope } from './sparseMasks';

export interface UnstructuredOptions extends MatrixChoice {
  /** Share of the values that goes, 0..1; with `pattern` it is the pattern's. */
  sparsity?: number;
  /** Of every m values in a row of inputs of an output, n are left (2:4, arXiv 2104.08378). */
  pattern?: { n: number; m: number };
  /** Blocks of so many inputs and outputs go as one, by the sum of their scores; with `sparsity`. Default: single values. */
  block?: Block;
  /** Criterion. Default `prune.magnitude({ p: 1 })`. */
  importance?: Importance;
  /**
   * "local": each matrix loses that share; "output": the inputs of each output do; "global": all matrices together do. Default: what the criterion
   * is made for, "output" for Wanda, else "local".
   */
  scope?: ValueScope;
}

export interface UnstructuredReport extends TransformReport {
  mode: 'mask';
  /** Kind of the criterion. */
  importance: string;
  /** Values of the masked parameters, and those that are left. */
  values: { before: number; after: number };
  /** Share of values left, by path. */
  density: Record<string, number>;
  /** Shapes of the masked parameters, by path. */
  shapes: Record<string, number[]>;
  /** Share of values left in each expert, head or group of heads, by path, of parameters that have some. */
  parts: Record<string, DensityByPart>;
}

/**
 * Unstructured pruning: single values are masked (Han et al., arXiv 1506.02626). A new model of the same shapes; its masks are buffers, so
 * that they are saved, built again from the spec, and hold against momentum and weight decay in training. Values that an earlier mask
 * took away do not come back.
 *
 * @throws {SwitchyardError} where an option is out of range, no parameter fits or all that do are frozen, the criterion cannot score them, or a
 * pattern does not divide a matrix.
 */
export function unstructured<M extends Module>(
  model: M,
  options: UnstructuredOptions
): { model: M; report: UnstructuredReport } {
  const where = 'prune.unstructured';
  const { importance = magnitude({ p: 1 }) } = options;
  const target = targetOf(where, options);
  if (!('score' in importance)) {
    return fail(where, 'importance must score single values, not groups', importance.kind);
  }
  const { scope = importance.scope ?? 'local' } = options;
  expectOneOf(where, 'scope', scope, ['output', 'local', 'global']);
  if (importance.solve !== undefined && scope !== 'local') {
    fail(where, `scope must be "local" with ${importance.kind}`, scope);
  }
  if (options.block !== undefined && (importance.solve !== undefined || 'pattern' in target)) {
    fail(where, 'block must go with sparsity and a criterion that changes no weight', importance.solve === undefined ? 'a pattern' : importance.kind); // prettier-ignore
  }
  const paths = chosenMatrices(where, model, options, importance.scored?.(model));
  const pruned = copyModel(model);
  try {
    if (importance.solve === undefined) {
      maskLeast(where, pruned, paths, { importance, target, scope, block: options.block });
    } else {
      importance.solve(pruned, paths, target);
    }
    return { model: pruned, report: reportOf(pruned, paths, importance.kind) };
  } catch (error) {
    pruned.dispose();
    throw error;
  }
}

/**
 * Masks the least important values of these parameters, in place; what is masked already stays masked.
 *
 * @throws {SwitchyardError} where the criterion does not score one of them, a score is not finite, or a pattern does not divide a matrix.
 */
export function maskLeast(
  where: string,
  model: Module,
  paths: readonly string[],
  options: { importance: ValueImportance; target: SparsityTarget; scope: ValueScope; block?: Block }
): void {
  const { importance, target, scope, block } = options;
  const scores = importance.score(model);
  try {
    const rule = 'the criterion must score every parameter that is masked';
    const known = paths.map((path) => rowsOf(where, model, path, scores.get(path) ?? fail(where, rule, path)));
    const kept =
      'pattern' in target
        ? known.map((each) => keepOfEach(where, each, target.pattern))
        : block === undefined
          ? keepLargest(known, target.sparsity, scope)
          : keepBlocks(where, known, { sparsity: target.sparsity, scope, block });
    masksAt(model, paths).forEach((mask, path) =>
      tf.tidy(() => mask.assign(tf.tensor(kept[paths.indexOf(path)], mask.shape, 'float32'), path))
    );
  } finally {
    tf.dispose([...scores.values()]);
  }
}

function keepBlocks(
  where: string,
  known: readonly Scored[],
  { sparsity, scope, block }: { sparsity: number; scope: ValueScope; block: Block }
): Float32Array[] {
  known.forEach(({ path, shape }) => expectBlock(where, block, path, shape));
  const blocks = keepLargest(
    known.map((each) => scoreBlocks(each, block)),
    sparsity,
    scope
  );
  return known.map((each, i) => spreadBlocks(blocks[i], each, block));
}

function targetOf(where: string, { sparsity, pattern }: UnstructuredOptions): SparsityTarget {
  if ((sparsity === undefined) === (pattern === undefined)) {
    fail(where, 'there must be sparsity or pattern', sparsity === undefined ? 'neither' : 'both');
  }
  if (pattern === undefined) {
    expectNumber(where, 'sparsity', sparsity!, 0, 1);
    return { sparsity: sparsity! };
  }
  expectInteger(where, 'pattern.m', pattern.m, 1);
  expectInteger(where, 'pattern.n', pattern.n, 1, pattern.m);
  return { pattern };
}

function rowsOf(where: string, model: Module, path: string, score: tf.Tensor): Scored {
  const scores = (read(() => score.abs()) as Float32Array).slice();
  const mask = model.buffers().get(`${path}Mask`)?.variable.dataSync();
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) {
      fail(where, `importance of "${path}" must be finite`, scores[i]);
    }
    if (mask?.[i] === 0) {
      scores[i] = -1;
    }
  }
  return { path, shape: score.shape, scores };
}

function reportOf(pruned: Module, paths: readonly string[], importance: string): UnstructuredReport {
  const masks = [...masksAt(pruned, paths).values()].map(({ variable }) => variable);
  const values = masks.map((mask) => mask.dataSync<'float32'>());
  const left = values.map((each) => countAbove(each, 0));
  const parameters = pruned.countParameters();
  const stored = pruned.parameters();
  const parts = paths.flatMap((path, i): [string, DensityByPart][] => {
    const found = densityByPart(stored.get(path)!.axes, values[i]);
    return found === null ? [] : [[path, found]];
  });
  return {
    ...{ transformation: 'unstructured', mode: 'mask', importance },
    parameters: { before: parameters, after: parameters },
    values: { before: masks.reduce((sum, { size }) => sum + size, 0), after: left.reduce((a, b) => a + b, 0) },
    density: Object.fromEntries(paths.map((path, i) => [path, left[i] / masks[i].size])),
    shapes: Object.fromEntries(paths.map((path, i) => [path, [...masks[i].shape]])),
    parts: Object.fromEntries(parts)
  };
}
