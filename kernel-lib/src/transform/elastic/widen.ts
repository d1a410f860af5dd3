import { tf } from '../../base/backend';
import { axesOf, expectInteger, fail, Random, shrink } from '../../base/core';
import type { Axis, Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import { LayerNorm, RMSNorm } from '../../nn/layers';
import type { TransformReport } from '../moe/report';
import { lastFitting } from './choice';

/** Options of `elastic.widen`. */
export interface WidenOptions {
  /** New sizes of axes, by their names in `core.axesOf` or patterns of them. */
  sizes: Readonly<Record<string, number>>;
  /** Shares that copies of a position have of what it gave: alike, or drawn, so that their gradients differ. Default "drawn". */
  shares?: 'drawn' | 'even';
  /** Seed of the positions that are copied and of their shares. Default 0. */
  seed?: number;
}

export interface WidenReport extends TransformReport {
  /** Position that each position of an axis is a copy of, by its name. */
  copies: Record<string, number[]>;
}

const WHERE = 'elastic.widen';
/** Axes whose positions work side by side, so that two copies with half the weight each do what one did. */
const SIDE_BY_SIDE = ['hidden', 'heads', 'groups', 'heads of a group', 'valueWidth', 'channels', 'width'];

/**
 * A wider model that computes what the one given does (Net2WiderNet, arXiv 1511.05641): new positions are copies, and what reads them shares the weight
 * among the copies. Hidden units, heads, groups of keys and values, channels, and the residual stream, which must be a multiple where it is normed.
 *
 * @throws {SwitchyardError} where an axis cannot be widened so: experts, which a router would choose anew; widths of heads, by which scores are
 * scaled; what a norm divides by and is no multiple; a stream that is read both ways (tied embeddings).
 */
export function widen<M extends Module>(model: M, options: WidenOptions): { model: M; report: WidenReport } {
  const { sizes, shares = 'drawn', seed = 0 } = options;
  const wide = copyModel(model);
  try {
    const axes = axesOf(wide);
    const patterns = Object.keys(sizes);
    const unknown = patterns.find((each) => ![...axes.keys()].some((name) => lastFitting([each], name)));
    if (unknown !== undefined) {
      fail(WHERE, `sizes must name axes of the model (${[...axes.keys()].join(', ').slice(0, 300)})`, unknown);
    }
    const random = Random.fromSeed(seed).child('widen');
    const copies: Record<string, number[]> = {};
    for (const [name, { axis }] of axes) {
      const pattern = lastFitting(patterns, name);
      if (pattern !== undefined) {
        const even = expectWidens(wide, name, axis, sizes[pattern]);
        const from = copiesOf(axis.size, sizes[pattern], even, random.child(name));
        widenAxis(wide, axis, from, shares === 'even' ? null : random.child(name).child('shares'));
        copies[name] = from;
      }
    }
    const parameters = { before: model.countParameters(), after: wide.countParameters() };
    return { model: wide, report: { transformation: 'widen', parameters, copies } };
  } catch (error) {
    wide.dispose();
    throw error;
  }
}

/** Whether every position must be copied as often. @throws {SwitchyardError} where the axis cannot be widened. */
function expectWidens(model: Module, name: string, axis: Axis, size: number): boolean {
  if (axis.pinned !== null) {
    fail(WHERE, `the axis "${name}" cannot be widened: ${axis.pinned}`, size);
  }
  if (axis.selection !== null) {
    fail(WHERE, `the axis "${name}" must not be masked`, size);
  }
  if (!SIDE_BY_SIDE.includes(axis.name)) {
    fail(WHERE, `"${name}" must be of ${SIDE_BY_SIDE.join(', ')}: copies of other positions change what is computed`, axis.name); // prettier-ignore
  }
  expectInteger(WHERE, `the size of "${name}"`, size, axis.size);
  const { tied = false } = (model as { options?: { tied?: boolean } }).options ?? {};
  const carried = (each: { axes: readonly Axis[] }): boolean => each.axes.some((of) => of.symbols().includes(axis));
  if (tied && axis.name === 'width') {
    fail(WHERE, 'the residual stream cannot be widened where the head is the table of the embeddings', size);
  }
  const normed = [...model.modules().values()].some(
    (module) => (module instanceof RMSNorm || module instanceof LayerNorm) && [...module.parameters().values()].some(carried) // prettier-ignore
  );
  if (normed && size % axis.size !== 0) {
    fail(WHERE, `the size of "${name}", which is normed, must be a multiple of ${axis.size}`, size);
  }
  return normed;
}

function copiesOf(size: number, wanted: number, even: boolean, random: Random): number[] {
  const next = random.generator();
  return Array.from({ length: wanted }, (_, i) => (i < size ? i : even ? i % size : Math.floor(next() * size)));
}

/** Makes an axis longer everywhere; matrices that read it share the weight among copies. */
function widenAxis(model: Module, axis: Axis, from: readonly number[], random: Random | null): void {
  const weights = sharesOf(from, axis.size, random);
  axis.repeat(from);
  shrink(model);
  for (const parameter of model.parameters().values()) {
    const { axes } = parameter;
    const dimension = axes.length - 2;
    // Of a matrix [..., in, out] what comes in; a table of ids is looked up, and no sum over them is taken.
    if (dimension >= 0 && axes[dimension].symbols().includes(axis)) {
      tf.tidy(() => {
        const factors = Float32Array.from(axes[dimension].placesOf(axis), (place) => (place < 0 ? 1 : weights[place]));
        parameter.assign(parameter.variable.mul(tf.tensor(factors, axes.map(({ storedSize }, i) => (i === dimension ? storedSize : 1))))); // prettier-ignore
      });
    }
  }
}

/** Share of each copy; those of one position add up to 1. */
function sharesOf(from: readonly number[], size: number, random: Random | null): number[] {
  const next = random?.generator() ?? (() => 0.5);
  const raw = from.map(() => 0.5 + next());
  const sums = new Array<number>(size).fill(0);
  from.forEach((position, i) => (sums[position] += raw[i]));
  return raw.map((value, i) => value / sums[from[i]]);
}
