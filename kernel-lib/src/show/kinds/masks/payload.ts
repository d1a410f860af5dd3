import type { tf } from '../../../base/backend';
import { fail } from '../../../base/core';
import { MAX_GRID } from '../../../protocol';
import type { Cost, MaskGroup, MasksData, MasksPayload } from '../../../protocol';
import type { PruneExpertsReport } from '../../../transform/moe';
import { still } from '../../envelope';
import { maskDensity } from './maskDensity';

/** A parameter and which of its entries are kept. */
export interface MaskedParameter {
  /** Path, for example "layers.2.moe.experts.w1". */
  path: string;
  /** Unit that is kept or goes as one. Default "weight". */
  granularity?: string;
  /** Not 0 where an entry is kept; any shape. The caller keeps a tensor. */
  mask: tf.Tensor | { shape: readonly number[]; values: ArrayLike<number> };
  /** Importance of its units in their order. */
  importance?: ArrayLike<number>;
}

/** A layer that `moe.pruneExperts` shrank. */
export interface PrunedLayer {
  path: string;
  report: PruneExpertsReport;
}

export interface MasksOptions {
  /** Default: "shrink" for reports, which come from a network that is smaller, else "mask". */
  mode?: MasksData['mode'];
  /** Default: the entries of all masks, or the parameters of all reports. */
  before?: Partial<Cost>;
  /** Default: the entries that are kept. */
  after?: Partial<Cost>;
  /** A measure of quality, before and after. */
  metric?: { name: string; before: number; after: number };
  /** Title for people. Default "pruning". */
  title?: string;
}

const MAX_IMPORTANCE = 256;

/**
 * Payload of what pruning keeps of each parameter or layer, and saves: of masks, or of the reports of `moe.pruneExperts`.
 *
 * @throws {SwitchyardError} where a mask's values do not fill its shape.
 */
export function masks(pruned: readonly (MaskedParameter | PrunedLayer)[], options: MasksOptions = {}): MasksPayload {
  const reports = pruned.flatMap((each) => ('report' in each ? [each.report.parameters] : []));
  const groups = pruned.map((each) => ('report' in each ? ofReport(each) : ofMask(each)));
  const sizes = groups.filter((_, i) => 'mask' in pruned[i]).map(({ shape, kept }) => ({ size: sizeOf(shape), kept }));
  const total = (ofReports: number[], ofMasks: number[]): number =>
    [...ofReports, ...ofMasks].reduce((sum, n) => sum + n, 0);
  const before = total(
    reports.map((r) => r.before),
    sizes.map(({ size }) => size)
  );
  const after = total(
    reports.map((r) => r.after),
    sizes.map(({ size, kept }) => Math.round(size * kept))
  );
  const data: MasksData = {
    mode: options.mode ?? (reports.length > 0 ? 'shrink' : 'mask'),
    groups,
    before: costOf(before, options.before),
    after: costOf(after, options.after),
    metric: options.metric ?? null
  };
  return still('masks', data, { title: options.title ?? 'pruning' });
}

function costOf(parameters: number, given: Partial<Cost> = {}): Cost {
  return { flops: null, milliseconds: null, bytes: null, parameters, ...given };
}

function ofReport({ path, report }: PrunedLayer): MaskGroup {
  const numExperts = report.importance.length;
  const kept = new Set(report.kept);
  const values = Array.from({ length: numExperts }, (_, e) => (kept.has(e) ? 1 : 0));
  return ofMask({ path, granularity: 'expert', mask: { shape: [numExperts], values }, importance: report.importance });
}

function ofMask({ path, granularity = 'weight', mask, importance = [] }: MaskedParameter): MaskGroup {
  const { shape } = mask;
  const values = 'values' in mask ? mask.values : mask.dataSync();
  const size = sizeOf(shape);
  if (size === 0 || values.length !== size) {
    fail('show.masks', `the mask of "${path}" must have ${size} values, and at least 1`, values.length);
  }
  const columns = shape.at(-1) ?? 1;
  const stride = Math.ceil(importance.length / MAX_IMPORTANCE);
  return {
    path,
    granularity,
    shape: [...shape],
    kept: Array.from(values).filter((value) => value !== 0).length / size,
    grid: maskDensity(values, { rows: size / columns, columns, most: MAX_GRID }),
    importance: Array.from(importance).filter((_, i) => i % stride === 0)
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
