import { Axis, Module } from '../../base/core';
import type { PruningGroup } from '../../transform/prune';
import { bundleOf } from '../bundle';
import type { Bundle } from '../bundle';
import type { Payload } from '../../protocol';
import { amountsOf } from '../kinds/layerAmounts/amountsOf';
import type { CompressionReport } from '../kinds/layerAmounts/amountsOf';
import { layerAmounts } from '../kinds/layerAmounts/payload';
import { ofReport } from '../kinds/masks/ofReport';
import type { PruningReport } from '../kinds/masks/ofReport';
import { masks } from '../kinds/masks/payload';
import { groups } from '../kinds/pruningGroups/payload';
import { payloadSvg } from '../svg';

/** Report of a pruning or a compression. */
type Report = PruningReport | CompressionReport;

/** Whether a value is such a report, or the model and the report that a transformation gives. */
export function isPruned(value: object): value is Report | { model: Module; report: Report } {
  return isReport(reportOf(value));
}

/** Shares that went, and what is left of each cost; of quantisation and low rank the bits or ranks by layer. */
export function prunedBundle(value: Report | { model: Module; report: Report }): Bundle {
  const report = reportOf(value) as Report;
  return shown(ofReport(report) === null ? layerAmounts(report as CompressionReport) : masks(report as PruningReport));
}

/** Whether a value is what `prune.groups` finds. */
export function isPruningGroups(value: object): value is Map<string, PruningGroup> {
  return value instanceof Map && value.size > 0 && [...value.values()].every(isPruningGroup);
}

/** Which modules carry each axis, and so go together. */
export function pruningGroupsBundle(found: Map<string, PruningGroup>): Bundle {
  return shown(groups(found));
}

function isPruningGroup(value: unknown): value is PruningGroup {
  const { axis, values, members } = (value ?? {}) as Partial<PruningGroup>;
  return axis instanceof Axis && typeof values === 'number' && Array.isArray(members);
}

function reportOf(value: object): object {
  const { model, report } = value as { model?: unknown; report?: unknown };
  return model instanceof Module && typeof report === 'object' && report !== null ? report : value;
}

function isReport(value: object): boolean {
  return ofReport(value) !== null || amountsOf(value) !== null;
}

function shown(payload: Payload): Bundle {
  return bundleOf(payload, payloadSvg(payload));
}
