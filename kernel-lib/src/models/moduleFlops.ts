import { expectInteger, fail, lengthWithin } from '../base/core';
import type { Module, RoutingRecord } from '../base/core';
import type { ExpertBank } from '../nn/experts';
import { Embedding, Linear, SelfAttention } from '../nn/layers';
import { isMoeLayer } from '../nn/moe';
import type { MoeLayer } from '../nn/moe';

/** Operations on a token by the path of the module that spends them; null where they are not known. */
export type ModuleFlops = ReadonlyMap<string, number | null>;

export interface ModuleFlopsOptions {
  /** Positions of a sequence, N. Default: the module's context length; where it has none, 1. */
  length?: number;
  /** Share of the passes in which a module runs, with all below it, by path. Default: 1. */
  shares?: ReadonlyMap<string, number>;
  /** What the routers decided in a pass, by their paths below the module: see {@link activeFlops}. Default: none. */
  records?: readonly RoutingRecord[];
}

/**
 * Where a network spends its operations on one token, a multiplication and an addition counted as two; matrix products only. Modules
 * that several blocks share are counted once. A mixture's experts and router are one entry each, with all below them; a module
 * that says its own `flops` is asked; of modules untied by modality a token runs one.
 * A token is one that comes in: where fewer go on, what is spent on those is spread over all. Modules that have no entry spend
 * nothing; null is a module with parameters of its own that is none of these.
 *
 * @throws {SwitchyardError} where `records` lack a mixture of the network.
 */
export function moduleFlops(root: Module, options: ModuleFlopsOptions = {}): ModuleFlops {
  const { length = contextLength(root), shares, records } = options;
  expectInteger('moduleFlops', 'length', length, 1);
  const found = new Map<string, number | null>();
  const note: Note = (path, flops, tokens) =>
    found.set(path, flops === null ? null : (flops * tokens * shareOf(path, shares)) / length);
  visit(root, '', length, { note, records });
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

/** Takes operations on each of the tokens that reach a module. */
type Note = (path: string, flops: number | null, tokens: number) => void;

interface Visit {
  note: Note;
  records?: readonly RoutingRecord[];
}

function visit(module: Module, path: string, length: number, to: Visit): void {
  const { note, records } = to;
  if (isMoeLayer(module)) {
    mixture(module, records && recordOf(path, records)).forEach(([name, flops]) =>
      note(join(path, name), flops, length)
    );
    return;
  }
  const said = saidFlops(module, length);
  const own = said ?? ownFlops(module, length);
  if (own !== 0) {
    note(path, own, length);
  }
  for (const [name, child] of module.children) {
    // What a module says of itself is without its router's.
    if (said === null ? module.kind !== 'untied' || name === '0' : name === 'router') {
      visit(child, join(path, name), lengthWithin(module, name, length), to);
    }
  }
}

function saidFlops(module: Module, length: number): number | null {
  const { flops } = module as { flops?: unknown };
  return typeof flops === 'number' ? flops : typeof flops === 'function' ? Number(flops.call(module, length)) : null;
}

function ownFlops(module: Module, length: number): number | null {
  if (module instanceof Linear) {
    return 2 * module.weight.variable.size;
  }
  if (module instanceof SelfAttention) {
    return 4 * length * module.width;
  }
  const matrices = [...module.parameters()].filter(([path, { shape }]) => !path.includes('.') && shape.length > 1);
  if (module instanceof Embedding || matrices.length === 0) {
    return 0;
  }
  // A router scores tokens with its weight [D, E]; noise of its own is for training.
  const scores =
    'route' in module ? matrices.find(([name, { shape }]) => name === 'weight' && shape.length === 2) : undefined;
  return scores === undefined ? null : 2 * scores[1].variable.size;
}

function recordOf(path: string, records: readonly RoutingRecord[]): RoutingRecord {
  return records.find((each) => each.path === path) ?? fail('moduleFlops', `records must have "${path}"`, null);
}

function mixture({ router, experts, shared, options }: MoeLayer, record?: RoutingRecord): [string, number][] {
  const { width, numExperts } = options;
  const routed: [string, number][] = [
    ['router', routerFlops(router.kind, width, numExperts)],
    ['experts', record === undefined ? router.meanK * mean(experts.flops) : executed(experts, record)]
  ];
  return shared === null ? routed : [...routed, ['shared', sum(shared.flops)]];
}

const TABLES: readonly string[] = ['fixed', 'hash'];

// Scoring a token's experts takes `2 D E`, none where a table says them.
function routerFlops(kind: string, width: number, numExperts: number): number {
  return TABLES.includes(kind) ? 0 : 2 * width * numExperts;
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

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}
