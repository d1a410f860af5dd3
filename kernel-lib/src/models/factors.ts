import { fail } from '../base/core';
import type { Module } from '../base/core';
import { Linear } from '../nn/layers';

/** Rank of each `Linear` of a model whose weight is factored, by its path. */
export function ranksOf(model: Module): Record<string, number> {
  const linears = [...model.modules()].flatMap(([path, module]): [string, number][] =>
    module instanceof Linear && module.rank !== null ? [[path, module.rank]] : []
  );
  return Object.fromEntries(linears);
}

/**
 * Factors the weights of these, each with zeros of its rank; those that are factored already stay.
 *
 * @throws {SwitchyardError} where a path is of no `Linear`, or a rank is less than 1.
 */
export function factorAt(model: Module, ranks: Readonly<Record<string, number>>): void {
  const modules = model.modules();
  for (const [path, rank] of Object.entries(ranks)) {
    const module = modules.get(path);
    if (!(module instanceof Linear)) {
      fail('models.build', 'ranks must be of linear layers', `"${path}"`);
    }
    if (module.rank === null) {
      module.factor(rank);
    }
  }
}
