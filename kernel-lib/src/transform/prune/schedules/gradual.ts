import { expectInteger, expectNumber, expectOneOf, fail, masksAt } from '../../../base/core';
import { magnitude } from '../importance';
import type { ValueImportance } from '../importance';
import { chosenMatrices } from '../matrices';
import type { MatrixChoice } from '../matrices';
import type { ValueScope } from '../sparseMasks';
import { maskLeast } from '../unstructured';
import { densityOf } from './density';
import type { PruningSchedule } from './schedule';

export interface GradualOptions extends MatrixChoice {
  /** Share of the values that is masked in the end, s, 0..1. */
  sparsity: number;
  /** Share at the beginning, 0..1. Default 0. */
  initialSparsity?: number;
  /** Step before the first that masks, from 0. Default 0. */
  begin?: number;
  /** Step from which on the masks stay. Default: three quarters of the steps. */
  end?: number;
  /** Steps from one change of the masks to the next; the one at `end` comes always. Default: a twentieth of the steps between. */
  every?: number;
  /** Criterion. Default `prune.magnitude({ p: 1 })`. */
  importance?: ValueImportance;
  /** See `prune.unstructured`. Default "local". */
  scope?: ValueScope;
}

const WHERE = 'prune.gradual';

/**
 * Gradual pruning (AGP, Zhu and Gupta, arXiv 1710.01878): at step t from `begin`, of n until `end`, `s + (s0 - s) (1 - t / n)^3` of the values are masked. A
 * value that was masked stays so; a model that is sparser already stays as it is.
 *
 * @throws {SwitchyardError} where an option is out of range; in `fit`, where `end` is after the last step, or as `prune.unstructured` does.
 */
export function gradual(options: GradualOptions): PruningSchedule {
  const { sparsity, initialSparsity = 0, begin = 0, importance = magnitude({ p: 1 }), ...choice } = options;
  const { scope = importance.scope ?? 'local' } = options;
  expectNumber(WHERE, 'sparsity', sparsity, 0, 1);
  expectNumber(WHERE, 'initialSparsity', initialSparsity, 0, sparsity);
  expectInteger(WHERE, 'begin', begin, 0);
  expectOneOf(WHERE, 'scope', scope, ['output', 'local', 'global']);
  if (!('score' in importance)) {
    fail(WHERE, 'importance must score single values, not groups', (importance as { kind: string }).kind);
  }
  return {
    kind: 'gradual',
    begin: (model, { steps }) => {
      const { end = Math.max(begin + 1, Math.floor(0.75 * steps)) } = options;
      expectInteger(WHERE, 'end', end, begin + 1, steps);
      const { every = Math.max(1, Math.floor((end - begin) / 20)) } = options;
      expectInteger(WHERE, 'every', every, 1);
      const paths = chosenMatrices(WHERE, model, choice, importance.scored?.(model));
      masksAt(model, paths);
      let density: number | null = null;
      const settings = { kind: 'gradual', sparsity, initialSparsity, begin, end, every, scope, importance: importance.kind, paths }; // prettier-ignore
      return {
        fixed: JSON.stringify(settings),
        paths,
        density: () => (density ??= densityOf(model, paths)),
        afterStep: ({ step }) => {
          const due = step > begin && step <= end && ((step - begin) % every === 0 || step === end);
          if (due) {
            const target = { sparsity: gradualSparsity(step, { sparsity, initialSparsity, begin, end }) };
            maskLeast(WHERE, model, paths, { importance, target, scope });
            density = null;
          }
          return due;
        }
      };
    }
  };
}

/** Share that AGP masks at a step. */
export function gradualSparsity(
  step: number,
  {
    sparsity,
    initialSparsity,
    begin,
    end
  }: Required<Pick<GradualOptions, 'sparsity' | 'initialSparsity' | 'begin' | 'end'>>
): number {
  const left = 1 - Math.min(1, Math.max(0, (step - begin) / (end - begin)));
  return sparsity + (initialSparsity - sparsity) * left ** 3;
}
