import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { alternate } from './alternate';
import type { AlternateOptions } from './alternate';
import { MixedOperation } from './mixedOperation';

/** Options of `nas.darts`. */
export type DartsOptions = AlternateOptions;

/** A differentiable search that has ended. */
export interface DartsReport {
  /** Part of each operation, by the paths of mixed operations. */
  parts: Record<string, Record<string, number>>;
  /** Operation of the greatest part of each. */
  chosen: Record<string, string>;
  /** Loss on validation batches before each step of the architecture. */
  losses: number[];
  /** Mean entropy of the parts after each step, in nats. */
  entropies: number[];
}

/**
 * Differentiable architecture search (DARTS, arXiv 1806.09055): weights and the architecture parameters of mixed operations take turns, weights on one task, the
 * architecture on another. The model is trained in place; `nas.settle(model)` leaves the chosen operations. The step looked ahead is one of plain gradient descent, and what the
 * second order needs of Hessians is a central difference, as the paper has it.
 *
 * @throws {SwitchyardError} where the model has no mixed operation, or an option is out of range.
 */
export async function darts(model: Module, options: DartsOptions): Promise<DartsReport> {
  const mixed = mixedOperations(model);
  const architecture = new Map([...model.parameters()].filter(([path]) => mixed.has(path.replace(/\.?alpha$/, ''))));
  const report: DartsReport = { parts: {}, chosen: {}, losses: [], entropies: [] };
  await alternate(WHERE, model, architecture, options, (loss) => {
    report.losses.push(loss);
    report.entropies.push(meanEntropy([...mixed.values()].map(({ parts }) => Object.values(parts))));
  });
  for (const [path, operation] of mixed) {
    report.parts[path] = operation.parts;
    report.chosen[path] = operation.chosen;
  }
  return report;
}

/**
 * Leaves in each mixed operation the one of the greatest part, in place and for good.
 *
 * @returns The operations that stayed, by the paths of mixed operations.
 * @throws {SwitchyardError} where the model has no mixed operation.
 */
export function settle(model: Module): Record<string, string> {
  const mixed = mixedOperations(model, 'nas.settle');
  mixed.forEach((operation) => operation.settle());
  return Object.fromEntries([...mixed].map(([path, operation]) => [path, operation.chosen]));
}

const WHERE = 'nas.darts';

function mixedOperations(model: Module, where = WHERE): Map<string, MixedOperation> {
  const mixed = [...model.modules()].filter(
    (each): each is [string, MixedOperation] => each[1] instanceof MixedOperation
  );
  return mixed.length === 0 ? fail(where, 'the model must have a mixed operation', model.kind) : new Map(mixed);
}

/** Mean entropy of distributions, in nats. */
export function meanEntropy(distributions: readonly (readonly number[])[]): number {
  const entropies = distributions.map(
    (parts) => -parts.reduce((sum, part) => sum + (part > 0 ? part * Math.log(part) : 0), 0)
  );
  return entropies.reduce((a, b) => a + b, 0) / entropies.length;
}
