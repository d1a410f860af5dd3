import { fail, Module } from '../../../base/core';
import { MAX_GRID } from '../../../protocol';
import type { Cost, MaskGroup, MasksData, MasksPayload } from '../../../protocol';
import type { PruneExpertsReport } from '../../../transform/moe';
import { still } from '../../envelope';
import { maskDensity } from './maskDensity';
import type { MaskedParameter } from './maskedParameter';
import { maskedGroupsOf, maskedParametersOf } from './ofModel';
import { ofReport } from './ofReport';
import type { Numbers, PruningReport } from './ofReport';
import { partsOf } from './parts';

/** A layer that `moe.pruneExperts` shrank. */
export interface PrunedLayer {
  path: string;
  report: PruneExpertsReport;
}

/** Options of `show.masks`. */
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
 * Payload of what pruning keeps of each parameter or layer, and saves: of a report of `prune` (`structured`, `unstructured`, `iterative`, `layers`), of the masks
 * that a model carries, of masks, or of the reports of `moe.pruneExperts`.
 *
 * @throws {SwitchyardError} where a mask's values do not fill its shape, or a model has no mask.
 */
export function masks(
  of: readonly (MaskedParameter | PrunedLayer)[] | PruningReport | Module,
  options: MasksOptions = {}
): MasksPayload {
  const { mode, groups, before, after } = isList(of) ? ofList(of) : of instanceof Module ? ofModel(of) : reported(of);
  const data: MasksData = {
    mode: options.mode ?? mode,
    groups,
    before: { ...before, ...options.before },
    after: { ...after, ...options.after },
    metric: options.metric ?? null
  };
  return still('masks', data, { title: options.title ?? titleOf(of) });
}

const isList = (of: object): of is readonly (MaskedParameter | PrunedLayer)[] => Array.isArray(of);

function reported(report: PruningReport): Numbers {
  return ofReport(report) ?? fail('show.masks', 'there must be a report of pruning, a model or masks', report);
}

/** The transformation and the criterion: "structured, magnitude". */
function titleOf(of: object): string {
  const { transformation, importance } = of as { transformation?: unknown; importance?: unknown };
  const words = [transformation, importance].filter((each) => typeof each === 'string');
  return words.length === 0 || of instanceof Module ? 'pruning' : `pruning: ${words.join(', ')}`;
}

function ofModel(model: Module): Numbers {
  const masked = maskedParametersOf(model);
  const groups = [...masked.map(ofMask), ...maskedGroupsOf(model)];
  if (groups.length === 0) {
    fail('show.masks', 'the model must have masks, or groups of which some positions are masked', model.kind);
  }
  const all = model.countParameters();
  const gone = groups
    .slice(0, masked.length)
    .reduce((sum, { shape, kept }) => sum + Math.round(sizeOf(shape) * (1 - kept)), 0);
  return { mode: 'mask', groups, before: costOf(all), after: costOf(all - gone) };
}

function ofList(pruned: readonly (MaskedParameter | PrunedLayer)[]): Numbers {
  const reports = pruned.flatMap((each) => ('report' in each ? [each.report.parameters] : []));
  const groups = pruned.map((each) => ('report' in each ? ofExperts(each) : ofMask(each)));
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
  return { mode: reports.length > 0 ? 'shrink' : 'mask', groups, before: costOf(before), after: costOf(after) };
}

function costOf(parameters: number): Cost {
  return { flops: null, milliseconds: null, bytes: null, parameters };
}

function ofExperts({ path, report }: PrunedLayer): MaskGroup {
  const numExperts = report.importance.length;
  const kept = new Set(report.kept);
  const values = Array.from({ length: numExperts }, (_, e) => (kept.has(e) ? 1 : 0));
  return ofMask({ path, granularity: 'expert', mask: { shape: [numExperts], values }, importance: report.importance });
}

function ofMask({
  path,
  granularity = 'weight',
  mask,
  importance = [],
  parts
}: MaskedParameter & Pick<MaskGroup, 'parts'>): MaskGroup {
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
    importance: Array.from(importance).filter((_, i) => i % stride === 0),
    ...(parts && { parts: partsOf(parts) })
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
