import { MAX_GRID } from '../../../protocol';
import type { Cost, MaskGroup, MasksData } from '../../../protocol';
import type { PruneExpertsReport } from '../../../transform/moe';
import type { IterativeReport, LayersReport, StructuredReport, UnstructuredReport } from '../../../transform/prune';
import { maskDensity } from './maskDensity';
import { partsOf } from './parts';

/** Report of a pruning. */
export type PruningReport = StructuredReport | UnstructuredReport | IterativeReport | LayersReport | PruneExpertsReport;

type Field = keyof StructuredReport | keyof UnstructuredReport | keyof LayersReport | keyof PruneExpertsReport;

/** All of a payload's data that a report has. */
export type Numbers = Omit<MasksData, 'metric'>;

/** Data of a payload from a report of pruning; null for another value. */
export function ofReport(value: object): Numbers | null {
  const report = value as Partial<Record<Field, unknown>>;
  if (typeof report.transformation !== 'string' || typeof report.parameters !== 'object') {
    return null;
  }
  if (Array.isArray(report.groups) && Array.isArray(report.whole)) {
    return ofGroups(value as StructuredReport);
  }
  if ([report.density, report.shapes, report.values, report.parts].every((each) => typeof each === 'object')) {
    return ofValues(value as UnstructuredReport);
  }
  if (Array.isArray(report.removed) && report.alone !== undefined) {
    return ofLayers(value as LayersReport);
  }
  return Array.isArray(report.kept) && Array.isArray(report.importance) ? ofExperts(value as PruneExpertsReport) : null; // prettier-ignore
}

function ofGroups({ mode, groups, whole, parameters, flops, milliseconds, bytes }: StructuredReport): Numbers {
  const cost = (when: 'before' | 'after'): Cost => ({
    ...{ parameters: parameters[when], bytes: bytes[when] },
    ...{ flops: flops[when], milliseconds: milliseconds?.[when] ?? null }
  });
  const pruned = groups.map(({ name, size, kept }) => positions(name, kindOf(name), size, kept));
  const rest = whole.map(({ name, size }) => positions(name, kindOf(name), size, range(size)));
  return { mode, groups: [...pruned, ...rest], before: cost('before'), after: cost('after') };
}

function ofValues({ mode, density, shapes, parts, parameters, values }: UnstructuredReport): Numbers {
  const groups = Object.entries(density).map(([path, kept]): MaskGroup => ({
    ...{ path, granularity: 'weight', shape: shapes[path], kept, grid: [], importance: [] },
    ...(parts[path] && { parts: partsOf({ of: parts[path].of, kept: parts[path].density, count: parts[path].density.length }) }) // prettier-ignore
  }));
  const cost = (count: number): Cost => ({ parameters: count, flops: null, milliseconds: null, bytes: null });
  const gone = values.before - values.after;
  return { mode, groups, before: cost(parameters.before), after: cost(parameters.before - gone) };
}

function ofLayers({ mode, removed, alone, parameters }: LayersReport): Numbers {
  const gone = new Set(removed.map(({ path }) => path));
  const groups = Object.entries(alone).map(([path, distance]): MaskGroup => ({
    ...{ path, granularity: 'layer', shape: [1], kept: gone.has(path) ? 0 : 1, grid: [], importance: [distance] }
  }));
  return { mode, groups, ...costsOf(parameters) };
}

function ofExperts({ kept, importance, parameters }: PruneExpertsReport): Numbers {
  const group = positions('experts', 'expert', importance.length, kept);
  return { mode: 'shrink', groups: [{ ...group, importance: [...importance] }], ...costsOf(parameters) };
}

function costsOf({ before, after }: { before: number; after: number }): { before: Cost; after: Cost } {
  const cost = (parameters: number): Cost => ({ parameters, flops: null, milliseconds: null, bytes: null });
  return { before: cost(before), after: cost(after) };
}

/** A group of which whole positions are kept or go. */
export function positions(path: string, granularity: string, size: number, kept: readonly number[]): MaskGroup {
  const stays = new Set(kept);
  const values = range(size).map((position) => (stays.has(position) ? 1 : 0));
  return {
    ...{ path, granularity, shape: [size], kept: kept.length / size, importance: [] },
    grid: maskDensity(values, { rows: 1, columns: size, most: MAX_GRID }),
    parts: partsOf({ of: granularity, kept: values, count: size })
  };
}

/** The axis's name at the end of a group's: "layers.0.attention.heads", also of one that shares it ("stages.channels#2"). */
export function kindOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replace(/#\d+$/, '');
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
