import { expectInteger } from '../core';
import type { Module } from '../core';
import { CausalSelfAttention, Embedding, Linear } from '../layers';
import { isMoeLayer } from '../moe';
import type { MoeLayer } from '../moe';

/** Operations on a token by the path of the module that spends them; null where they are not known. */
export type ModuleFlops = ReadonlyMap<string, number | null>;

/**
 * Where a network spends its operations on one token, counted as {@link activeFlops} counts them: the sum over a transformer's
 * modules is the same. A router by itself is `2 D E` as well. A mixture's experts and router are one entry each, with all below them; a module that says its own
 * `flops(length)` is asked. Modules that have no entry spend nothing; null is a module with parameters of its own that is none
 * of the library's layers.
 *
 * @param options.length - Positions of a sequence, N. Default: the module's context length; where it has none, 1.
 */
export function moduleFlops(root: Module, options: { length?: number } = {}): ModuleFlops {
  const { length = contextLength(root) } = options;
  expectInteger('moduleFlops', 'length', length, 1);
  const found = new Map<string, number | null>();
  visit(root, '', length, found);
  return found;
}

function visit(module: Module, path: string, length: number, found: Map<string, number | null>): void {
  if (isMoeLayer(module)) {
    mixture(module).forEach(([name, flops]) => found.set(join(path, name), flops));
    return;
  }
  if (saysFlops(module)) {
    found.set(path, module.flops(length));
    return;
  }
  const own = ownFlops(module, length);
  if (own !== 0) {
    found.set(path, own);
  }
  module.children.forEach((child, name) => visit(child, join(path, name), length, found));
}

function saysFlops(module: Module): module is Module & { flops(length: number): number } {
  return 'flops' in module && typeof module.flops === 'function';
}

function ownFlops(module: Module, length: number): number | null {
  if (module instanceof Linear) {
    return 2 * module.weight.variable.size;
  }
  if (module instanceof CausalSelfAttention) {
    return 4 * length * module.output.weight.shape[0];
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
    ['router', 2 * width * numExperts],
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
