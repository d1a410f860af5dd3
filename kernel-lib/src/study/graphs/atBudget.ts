import { expectInteger, expectNumber, fail, given, type Module } from '../../base/core';

/** Options of `graph.probes.atBudget`. */
export interface BudgetOptions {
  /** Builds a model of this width; wider ones have more parameters. */
  build: (width: number) => Module;
  /** Parameters that it is to have. */
  budget: number;
  /** Share of the budget by which it may be missed. Default 0.05. */
  tolerance?: number;
  /** Width that is not gone beyond. Default 4096. */
  most?: number;
}

/** A model near a budget. */
export interface BudgetedModel {
  model: Module;
  width: number;
  parameters: number;
}

/**
 * Model of the width whose number of parameters comes nearest to a budget, so that kinds of models are compared at one size (arXiv 2003.00982). The caller disposes it; those that were tried are freed.
 *
 * @throws {SwitchyardError} where no width comes as near as is asked for.
 */
export function atBudget(options: BudgetOptions): BudgetedModel {
  const where = 'graph.probes.atBudget';
  const { build, budget, tolerance = 0.05, most = 4096 } = given(where, options);
  expectInteger(where, 'budget', budget, 1);
  expectNumber(where, 'tolerance', tolerance, 0);
  expectInteger(where, 'most', most, 1);
  const sized = (width: number): BudgetedModel => {
    const model = build(width);
    return { model, width, parameters: model.countParameters() };
  };
  const countAt = (width: number): number => {
    const { model, parameters } = sized(width);
    model.dispose();
    return parameters;
  };
  // The first width that reaches the budget, by halving; the one before may be nearer.
  let [low, high] = [1, most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (countAt(middle) < budget) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const off = (width: number): number => Math.abs(countAt(width) - budget);
  const found = sized(low > 1 && off(low - 1) < off(low) ? low - 1 : low);
  if (Math.abs(found.parameters - budget) > tolerance * budget) {
    found.model.dispose();
    fail(where, `a width must come within ${tolerance * 100} % of ${budget} parameters`, found.parameters);
  }
  return found;
}
