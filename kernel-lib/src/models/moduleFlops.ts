import { expectInteger, lengthWithin } from '../core';
import type { Module } from '../core';
import { Embedding, Linear, SelfAttention } from '../layers';
import { isMoeLayer } from '../moe';
import type { MoeLayer } from '../moe';
import { routerFlops } from './activeFlops';

/** Operations on a token by the path of the module that spends them; null where they are not known. */
export type ModuleFlops = ReadonlyMap<string, number | null>;

/**
 * Where a network spends its operations on one token, counted as {@link activeFlops} counts them: the sum over a transformer's
 * modules is the same, unless blocks share modules, which are then counted once. A mixture's experts and router are one entry
 * each, with all below them; a module that says its own `flops` is asked; of modules untied by modality a token runs one.
 * A token is one that comes in: where fewer go on, what is spent on those is spread over all. Modules that have no entry spend
 * nothing; null is a module with parameters of its own that is none of these.
 *
 * @param options.length - Positions of a sequence, N. Default: the module's context length; where it has none, 1.
 * @param options.shares - Share of the passes in which a module runs, with all below it, by path. Default: 1.
 */
export function moduleFlops(
  root: Module,
  options: { length?: number; shares?: ReadonlyMap<string, number> } = {}
): ModuleFlops {
  const { length = contextLength(root), shares } = options;
  expectInteger('moduleFlops', 'length', length, 1);
  const found = new Map<string, number | null>();
  visit(root, '', length, (path, flops, tokens) =>
    found.set(path, flops === null ? null : (flops * tokens * shareOf(path, shares)) / length)
  );
  return found;
}

// Of the outermost module with a share that the path lies in.
function shareOf(path: string, shares: ReadonlyMap<string, number> = new Map()): number {
  const found = [...shares].find(([outer]) => path === outer || path.startsWith(`${outer}.`));
  return found?.[1] ?? 1;
}

/** Takes operations on each of the tokens that reach a module. */
type Note = (path: string, flops: number | null, tokens: number) => void;

function visit(module: Module, path: string, length: number, note: Note): void {
  if (isMoeLayer(module)) {
    mixture(module).forEach(([name, flops]) => note(join(path, name), flops, length));
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
      visit(child, join(path, name), lengthWithin(module, name, length), note);
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

function mixture({ router, experts, shared, options }: MoeLayer): [string, number][] {
  const { width, numExperts } = options;
  const mean = sum(experts.flops) / experts.flops.length;
  const routed: [string, number][] = [
    ['router', routerFlops(router.kind, width, numExperts)],
    ['experts', router.meanK * mean]
  ];
  return shared === null ? routed : [...routed, ['shared', sum(shared.flops)]];
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
