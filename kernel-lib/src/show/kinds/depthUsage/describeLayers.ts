import { expectNumber, fail } from '../../../base/core';
import type { Module } from '../../../base/core';
import { isMoeLayer } from '../../../nn/moe';
import type { MoeLayer } from '../../../nn/moe';

/** The layers in which a token chooses between modules. */
export interface LayerDescription {
  /** Names in order of depth; L. */
  layers: string[];
  /** Modules that a token may take of a layer, the cheapest first; M. */
  modules: string[];
  /** Operations of a token in each module; [L][M]. Empty where unknown. */
  flops: (number | null)[][];
  /** Cost of each module against the budget; M. Null: its operations. */
  costs: readonly number[] | null;
  /** The part of the costliest path that the router was allowed, 0..1; null where there is no budget. */
  budget: number | null;
}

/**
 * The description as it is given, the rest from the model's routed layers: a path router says its own costs and budget.
 *
 * @throws {SwitchyardError} where neither says what the layers and modules are.
 */
export function describeLayers(given: Partial<LayerDescription> & { model?: Module }): LayerDescription {
  const where = 'show.depthUsage';
  const found = given.model === undefined ? null : ofModel(where, given.model);
  const { layers = found?.layers, modules = found?.modules } = given;
  if (layers === undefined || modules === undefined) {
    fail(where, 'options must have a model, or layers and modules', Object.keys(given));
  }
  const flops = given.flops ?? found?.flops ?? [];
  const costs = given.costs === undefined ? (found?.costs ?? null) : given.costs;
  const budget = given.budget === undefined ? (found?.budget ?? null) : given.budget;
  if (flops.length > 0 && (flops.length !== layers.length || flops.some((row) => row.length !== modules.length))) {
    fail(where, `flops must be [${layers.length}][${modules.length}]`, flops);
  }
  if (costs !== null && costs.length !== modules.length) {
    fail(where, `costs must have an entry for each of ${modules.length} modules`, costs);
  }
  costs?.forEach((cost) => expectNumber(where, 'costs', cost, 0));
  if (budget !== null) {
    expectNumber(where, 'budget', budget, 0, 1);
  }
  return { layers: [...layers], modules: [...modules], flops, costs, budget };
}

function ofModel(where: string, model: Module): LayerDescription {
  const found = [...model.modules()].filter((entry): entry is [string, MoeLayer] => isMoeLayer(entry[1]));
  if (found.length === 0) {
    fail(where, 'the model must have routed layers', model.kind);
  }
  const modules = withoutNumbers(found[0][1].experts.labels);
  const other = found.find(([, { experts }]) => experts.labels.length !== modules.length);
  if (other !== undefined) {
    fail(where, `every layer must have ${modules.length} modules`, other[0]);
  }
  return {
    layers: found.map(([path]) => path),
    modules,
    flops: found.map(([, { experts }]) => [...experts.flops]),
    ...limits(found.map(([, layer]) => layer))
  };
}

/** Costs and budget of path routers; null where they differ, or are of another kind. */
function limits(layers: readonly MoeLayer[]): Pick<LayerDescription, 'costs' | 'budget'> {
  const specs = layers.map(({ options }) => options.router);
  const costs = specs.map(({ options }) => JSON.stringify(options.costs));
  if (specs.some(({ options }) => !Array.isArray(options.costs)) || new Set(costs).size !== 1) {
    return { costs: null, budget: null };
  }
  const budgets = specs.map(({ options }) => options.budget as number);
  const mean = budgets.reduce((sum, budget) => sum + budget, 0) / budgets.length;
  return { costs: specs[0].options.costs as number[], budget: mean < 1 ? mean : null };
}

/** "small 1" is "small" where that still tells modules apart. */
function withoutNumbers(labels: readonly string[]): string[] {
  const bare = labels.map((label) => label.replace(/ \d+$/, ''));
  return new Set(bare).size === labels.length ? bare : [...labels];
}
