import { expectOneOf, fail } from '../../base/core';
import type { ChoiceValue, Leaf, Space } from '../space';
import { OptunaStorage } from '../storage';
import type { Objective } from '../storage';
import type { StudyTrialResult } from './result';

/** Options of `nas.importance`. */
export interface ImportanceOptions {
  /** Space of the study. */
  space: Space;
  /** Objective that choices are weighed for. Default `{ name: 'value', better: 'lower' }`. */
  objective?: Objective;
  /**
   * "ped-anova" (arXiv 2304.10255): how far the values of a choice among the best trials differ from those of all. "fanova" (Hutter, Hoos and Leyton-Brown, 2014): the
   * share of the variance that a random forest lays to a choice; it needs scikit-learn in the Python. Both are Optuna's. Default "ped-anova".
   */
  method?: 'ped-anova' | 'fanova';
  /** Python with Optuna. Default: that of the environment. */
  python?: string;
}

/** A choice with its importance and its options. */
export interface ChoiceImportance {
  label: string;
  /** Share of all choices' importance, 0..1. */
  importance: number;
  /** Values that were tried, by number or in the space's order; numbers of more than eight values stand in eight parts of as many trials. */
  options: { label: string; mean: number | null; count: number }[];
}

/** Importance of the choices of a study. */
export interface Importance {
  /** Name of the method, and the trials that it read. */
  method: string;
  objective: string;
  /** The most important first. */
  choices: ChoiceImportance[];
}

const WHERE = 'nas.importance';
/** Options of a number that are shown. */
const PARTS = 8;
const NAMES = { 'ped-anova': 'PED-ANOVA', fanova: 'fANOVA' };

/**
 * How much each choice matters for an objective, by Optuna, from the complete trials of a study: `await nas.importance(result, { space })`. Choices that
 * are not in every trial are weighed by none of its methods and are left out.
 *
 * @throws {SwitchyardError} where fewer than two trials are complete, or no choice is in all of them; where no Python has Optuna, or for "fanova" scikit-learn.
 */
export async function importance(
  { trials }: { readonly trials: readonly StudyTrialResult[] },
  { space, objective = { name: 'value', better: 'lower' }, method = 'ped-anova', python }: ImportanceOptions
): Promise<Importance> {
  expectOneOf(WHERE, 'method', method, Object.keys(NAMES));
  const complete = trials.filter(
    ({ state, values }) => state === 'complete' && Number.isFinite(values[objective.name])
  );
  if (complete.length < 2) {
    fail(WHERE, `at least two trials must be complete and have "${objective.name}"`, complete.length);
  }
  const leaves = space.leaves.filter(({ label }) => complete.every(({ parameters }) => label in parameters));
  if (leaves.length === 0) {
    fail(WHERE, 'a choice must be in all trials', 'none');
  }
  const shares = await ask(complete, leaves, { objective, method, python });
  const choices = leaves.map((leaf) => ({
    label: leaf.label,
    importance: shares[leaf.label] ?? 0,
    options: optionsOf(leaf, complete, objective.name)
  }));
  return {
    ...{ method: `${NAMES[method]}, ${complete.length} trials`, objective: objective.name },
    choices: choices.sort((a, b) => b.importance - a.importance)
  };
}

/** Shares by label, from a study in the memory of a Python process. */
async function ask(
  trials: readonly StudyTrialResult[],
  leaves: readonly Leaf[],
  { objective, method, python }: Required<Pick<ImportanceOptions, 'objective' | 'method'>> & { python?: string }
): Promise<Record<string, number>> {
  const storage = new OptunaStorage({ url: null, name: 'importance', ...(python !== undefined && { python }) }, WHERE);
  try {
    await storage.open({ space: null, strategy: null, objectives: [objective], seed: 0 });
    for (const [id, { parameters, values }] of trials.entries()) {
      const attributes = { id, asked: id };
      const own = Object.fromEntries(leaves.map(({ label }) => [label, parameters[label]]));
      const number = await storage.create(own, leaves, attributes);
      await storage.tell(number, { state: 'complete', values: [values[objective.name]], attributes, limits: null });
    }
    return await storage.importance(method);
  } catch (error) {
    if (method === 'fanova' && String(error).includes('sklearn')) {
      fail(WHERE, 'method "fanova" needs a Python with scikit-learn ("ped-anova" does not)', python ?? 'one without');
    }
    throw error;
  } finally {
    await storage.close();
  }
}

function optionsOf(
  { label, domain }: Leaf,
  trials: readonly StudyTrialResult[],
  name: string
): ChoiceImportance['options'] {
  const pairs = trials.map(({ parameters, values }) => ({ option: parameters[label], value: values[name] }));
  const distinct = [...new Set(pairs.map(({ option }) => option))];
  if (domain.kind === 'categorical') {
    return domain.values.map((option) =>
      summary(
        String(option),
        pairs.filter((each) => each.option === option)
      )
    );
  }
  const ordered = (distinct as number[]).sort((a, b) => a - b);
  if (ordered.length <= PARTS) {
    return ordered.map((option) =>
      summary(
        word(option),
        pairs.filter((each) => each.option === option)
      )
    );
  }
  const sorted = [...pairs].sort((a, b) => Number(a.option) - Number(b.option));
  return Array.from({ length: PARTS }, (_, part) => {
    const [from, to] = [part, part + 1].map((each) => Math.round((each * sorted.length) / PARTS));
    const own = sorted.slice(from, to);
    return summary(`${word(own[0].option)} to ${word(own[own.length - 1].option)}`, own);
  }).filter(({ count }) => count > 0);
}

function summary(label: string, own: readonly { value: number }[]): ChoiceImportance['options'][number] {
  const mean = own.length === 0 ? null : own.reduce((sum, { value }) => sum + value, 0) / own.length;
  return { label, mean, count: own.length };
}

function word(value: ChoiceValue): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(3))) : String(value);
}
