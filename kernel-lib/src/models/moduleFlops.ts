import { expectInteger, fail } from '../base/core';
import type { Module, RoutingRecord } from '../base/core';
import type { ExpertBank } from '../nn/experts';
import { isMoeLayer } from '../nn/moe';

/** Operations on a token by the path of the module that spends them; null where they are not known. */
export type ModuleFlops = ReadonlyMap<string, number | null>;

/** Options of `models.moduleFlops`. */
export interface ModuleFlopsOptions {
  /** Positions of a sequence, N. Default: the module's context length; where it has none, 1. */
  length?: number;
  /** Share of the passes in which a module runs, with all below it, by path. Default: 1. */
  shares?: ReadonlyMap<string, number>;
  /** Routing decided in a pass, by the routers' paths below the module: see {@link activeFlops}. Default: none. */
  records?: readonly RoutingRecord[];
}

/**
 * Where a network spends its operations on one token, a multiplication and an addition counted as two; matrix products only. Modules
 * that several blocks share are counted once. Each module says what it spends itself (`ownFlops`); a mixture's experts are one entry.
 * A token is one that comes in: where fewer go on, what is spent on those is spread over all. Modules that have no entry spend
 * nothing; null is a module with matrices of its own that does not say.
 *
 * @throws {SwitchyardError} where `records` lack a mixture of the network.
 */
export function moduleFlops(root: Module, options: ModuleFlopsOptions = {}): ModuleFlops {
  const { length = contextLength(root), shares, records } = options;
  expectInteger('models.moduleFlops', 'length', length, 1);
  const found = new Map<string, number | null>();
  visit(root, '', { length, share: 1 }, { outer: length, shares, records, found });
  return found;
}

/** The sum; null where some are not known. */
export function sumFlops(flops: ModuleFlops): number | null {
  return [...flops.values()].reduce((total, each) => (total === null || each === null ? null : total + each), 0);
}

// Of the outermost module with a share that the path lies in.
function shareOf(path: string, shares: ReadonlyMap<string, number> = new Map()): number {
  const found = [...shares].find(([outer]) => path === outer || path.startsWith(`${outer}.`));
  return found?.[1] ?? 1;
}

interface Visit {
  /** Tokens of a sequence that come in, N. */
  outer: number;
  shares?: ReadonlyMap<string, number>;
  records?: readonly RoutingRecord[];
  found: Map<string, number | null>;
}

/** @param share - How often it works on a token that reaches it. */
function visit(module: Module, path: string, at: { length: number; share: number }, to: Visit): void {
  const { length, share } = at;
  const own = module.ownFlops({ length });
  if (own !== 0) {
    to.found.set(path, own === null ? null : (own * length * share * shareOf(path, to.shares)) / to.outer);
  }
  for (const [name, child] of module.children) {
    const below = { length: module.lengthWithin(name, length), share: share * module.childShare(name) };
    if (below.length > 0 && below.share > 0) {
      visit(child, join(path, name), below, to);
    }
  }
  if (isMoeLayer(module) && to.records !== undefined) {
    const ran = executed(module.experts, recordOf(path, to.records));
    to.found.set(join(path, 'experts'), (ran * length * share * shareOf(path, to.shares)) / to.outer);
  }
}

function recordOf(path: string, records: readonly RoutingRecord[]): RoutingRecord {
  return records.find((each) => each.path === path) ?? fail('models.moduleFlops', `records must have "${path}"`, null);
}

function executed({ flops }: ExpertBank, { indices, dropped, numTokens }: RoutingRecord): number {
  return sum(Array.from(indices, (e, i) => (e < 0 || dropped?.[i] === 1 ? 0 : flops[e]))) / numTokens;
}

function contextLength(root: Module): number {
  return 'contextLength' in root && typeof root.contextLength === 'number' ? root.contextLength : 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}
