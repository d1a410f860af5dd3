import { expectInteger, expectNumber, expectOneOf, expectPathsFound, fail, shrink } from '../../base/core';
import type { tf } from '../../base/backend';
import type { Cost, Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import { isMoeLayer } from '../../nn/moe';
import type { TransformReport } from '../moe/report';
import { chooseKept } from './chooseKept';
import type { RankedGroup, RankingScope } from './chooseKept';
import { groups } from './groups';
import type { PruningGroup } from './groups';
import { magnitude } from './importance';
import { INSIDE, isInside, isNamed } from './isInside';
import { passTime } from './passTime';
import { wholeGroup } from './wholeGroup';
import type { WholeGroup } from './wholeGroup';
import { groupImportance } from './groupImportance';
import type { GroupImportanceOptions } from './groupImportance';

/** Options of `prune.structured`. */
export interface StructuredOptions extends GroupImportanceOptions {
  /** Share of a group's positions that goes, 0..1. */
  ratio: number;
  /** Other ratios, by the names of groups ("layers.0.**"), as `core.matchesPath` reads patterns; the last that fits counts. */
  ratios?: Readonly<Record<string, number>>;
  /**
   * Groups to prune, by name, as `core.matchesPath` reads patterns. Default: hidden neurons, heads (of grouped attention, keys and values
   * with their queries), experts, channels of convolutions, and widths between the layers of a graph network. "width" is the residual stream's.
   */
  include?: readonly string[];
  /** Groups that stay. */
  exclude?: readonly string[];
  /** Over which groups positions are ranked together. Default "local". */
  scope?: RankingScope;
  /** Share of one group that may go at most. Default 1: all but the minimum. */
  maxRatio?: number;
  /** Positions that each group keeps; a mixture keeps as many experts as work on a token besides. Default 1. */
  minimum?: number;
  /** Sizes that are left are multiples of it, where the group has as many. Default 1. */
  multipleOf?: number;
  /** "shrink" makes values smaller; "mask" keeps them and reads them without what goes, so that it can come back. Default "shrink". */
  mode?: 'shrink' | 'mask';
  /** Input of the model that the time of a pass is measured on, before and after. Default: none is measured. */
  timedOn?: tf.Tensor;
}

export interface StructuredReport extends TransformReport {
  mode: 'shrink' | 'mask';
  /** Kind of the criterion. */
  importance: string;
  /** Bytes of the stored values. */
  bytes: { before: number; after: number };
  /** Operations on a token; null where a module does not say. */
  flops: { before: number | null; after: number | null };
  /** Median time of a pass over `timedOn`; null where it was not measured. */
  milliseconds: { before: number; after: number } | null;
  /** Groups that were pruned: their positions, and which are left. */
  groups: { name: string; size: number; kept: number[] }[];
  /** Groups that were to be pruned and kept all their positions, each with the reason. */
  whole: WholeGroup[];
}

/**
 * Structured pruning: whole neurons, heads, experts or channels go, with all that belongs to them (Torch-Pruning, arXiv 2301.12900). A new
 * model; the one given stays as it is. Masked and shrunk compute the same, norms and biases included: both read the values that are left.
 *
 * @throws {SwitchyardError} where an option is out of range, no group fits or every one that does is pinned, or the criterion cannot score.
 */
export function structured<M extends Module>(
  model: M,
  options: StructuredOptions
): { model: M; report: StructuredReport } {
  const where = 'prune.structured';
  const { ratio, importance = magnitude(), reduce, mode = 'shrink', scope = 'local' } = options;
  const { maxRatio = 1, multipleOf = 1 } = options;
  expectNumber(where, 'ratio', ratio, 0, 1);
  Object.values(options.ratios ?? {}).forEach((each) => expectNumber(where, 'ratios', each, 0, 1));
  expectNumber(where, 'maxRatio', maxRatio, 0, 1);
  expectInteger(where, 'multipleOf', multipleOf, 1);
  expectInteger(where, 'minimum', options.minimum ?? 1, 1);
  expectOneOf(where, 'scope', scope, ['local', 'global', 'isomorphic']);
  expectOneOf(where, 'mode', mode, ['shrink', 'mask']);
  const { free: chosen, fixed } = chosenGroups(model, options);
  const importances = groupImportance(model, chosen, { importance, reduce });
  const ranked = chosen.map((group, i): RankedGroup => ({
    ...{ group, importance: importances[i] },
    ...{ ratio: ratioOf(group, options), minimum: minimumOf(model, group, options) }
  }));
  // As stored positions: a model whose cuts are masks is cut further.
  const kept = chooseKept(ranked, { scope, maxRatio, multipleOf }).map((positions, i) => {
    const { selection } = chosen[i].axis;
    return selection === null ? positions : positions.map((position) => selection[position]);
  });
  const pruned = copyModel(model);
  const axes = groups(pruned);
  chosen.forEach(({ name, size }, i) => kept[i].length < size && axes.get(name)!.axis.keep(kept[i]));
  if (mode === 'shrink') {
    shrink(pruned);
  }
  const stayed = ranked.filter((_, i) => kept[i].length === chosen[i].size);
  const whole = [...fixed, ...stayed.map((each) => wholeGroup(each, { scope, maxRatio, multipleOf }))];
  const { timedOn } = options;
  const milliseconds =
    timedOn === undefined ? null : { before: passTime(model, timedOn), after: passTime(pruned, timedOn) };
  return {
    model: pruned,
    report: reportOf(model, pruned, { mode, importance: importance.kind, milliseconds, whole, chosen, kept })
  };
}

function chosenGroups(
  model: Module,
  { include, exclude = [], ratios = {} }: StructuredOptions
): { free: PruningGroup[]; fixed: WholeGroup[] } {
  const where = 'prune.structured';
  const all = [...groups(model).values()];
  const known = { paths: all.map(({ name }) => name), what: 'groups' };
  expectPathsFound(where, 'exclude', exclude, known);
  expectPathsFound(where, 'ratios', Object.keys(ratios), known);
  const isWanted = include === undefined ? isInside(model) : ({ name }: PruningGroup) => isNamed(include, name);
  const wanted = all.filter((group) => isWanted(group) && !isNamed(exclude, group.name));
  const reasonOf = (group: PruningGroup) =>
    group.pinned ?? (group.size < 2 ? 'one position' : isFrozen(model, group) ? 'frozen' : null);
  const free = wanted.filter((group) => reasonOf(group) === null);
  const fixed = wanted.flatMap((group) => {
    const why = reasonOf(group);
    return why === null ? [] : [{ name: group.name, size: group.size, why }];
  });
  if (free.length === 0) {
    const what =
      wanted.length === 0
        ? all.map(({ name }) => name).join(', ')
        : fixed.map(({ name, why }) => `${name}: ${why}`).join('; ');
    fail(where, `include must name groups that can be pruned (${what.slice(0, 300)})`, include ?? INSIDE);
  }
  return { free, fixed };
}

/** Whether nothing of a group may be trained: what the user froze stays as it is. */
function isFrozen(model: Module, { members }: PruningGroup): boolean {
  const parameters = model.parameters();
  const own = members.flatMap(({ path }) => parameters.get(path) ?? []);
  return own.length > 0 && own.every(({ trainable }) => !trainable);
}

function ratioOf({ name }: PruningGroup, { ratio, ratios = {} }: StructuredOptions): number {
  return Object.entries(ratios).reduce((last, [pattern, each]) => (isNamed([pattern], name) ? each : last), ratio);
}

/** A mixture keeps as many experts as its router chooses. */
function minimumOf(model: Module, { name, kind }: PruningGroup, { minimum = 1 }: StructuredOptions): number {
  const layer = kind === 'experts' ? model.modules().get(name.slice(0, -'.experts'.length)) : undefined;
  return layer !== undefined && isMoeLayer(layer) ? Math.max(minimum, Math.ceil(layer.router.k)) : minimum;
}

function reportOf(
  before: Module,
  after: Module,
  {
    chosen,
    kept,
    ...facts
  }: Pick<StructuredReport, 'mode' | 'importance' | 'milliseconds' | 'whole'> & {
    chosen: PruningGroup[];
    kept: number[][];
  }
): StructuredReport {
  const cost = (module: Module): Cost => module.cost({ length: 1 });
  const parameters = { before: before.countParameters(), after: after.countParameters() };
  return {
    transformation: 'structured',
    ...facts,
    parameters,
    bytes: { before: cost(before).bytes, after: cost(after).bytes },
    flops: { before: cost(before).flops, after: cost(after).flops },
    groups: chosen
      .map(({ name, size }, i) => ({ name, size, kept: kept[i] }))
      .filter(({ size, kept: left }) => left.length < size)
  };
}
