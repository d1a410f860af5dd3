/** @file The trial that the reader chose: all pictures of a search mark it. */
import type { Trial, TrialData } from '@switchyard/kernel-lib/protocol';
import type { IView } from '../../base/view';
import { choice } from '../choice';
import type { IChartContext, IChoice } from '../figure';
import { brief } from '../text';

const CHOICE = 'trial.chosen';

/** Of the trials that are offered the chosen one: the best where the reader chose none; null where none is offered. */
export function chosenTrial({ trials, best }: TrialData, context: IChartContext, offered = trials): Trial | null {
  const byNumber = new Map(offered.map((trial) => [String(trial.number), trial]));
  const first = best.map((i) => trials[i]).find((trial) => byNumber.has(String(trial.number)));
  return byNumber.get(context.choices[CHOICE]) ?? first ?? offered.at(-1) ?? null;
}

/** The number of the trial that the reader chose; null where none is. */
export function markedTrial({ choices }: IChartContext): number | null {
  return choices[CHOICE] === undefined ? null : Number(choices[CHOICE]);
}

/** A list of trials to choose from, the best first and marked. */
export function trialChoice(data: TrialData, context: IChartContext, offered = data.trials): IChoice {
  const { trans } = context;
  const best = new Set(data.best.map((i) => data.trials[i]));
  const ordered = [...offered.filter((trial) => best.has(trial)), ...offered.filter((trial) => !best.has(trial))];
  const options = ordered.map((trial) => ({
    value: String(trial.number),
    text: `${best.has(trial) ? '★ ' : ''}${trans.__('trial %1: %2', trial.number, brief(trial.values[0]))}`
  }));
  const chosen = chosenTrial(data, context, offered);
  return choice(context, CHOICE, trans.__('Trial'), options, chosen === null ? '' : String(chosen.number));
}

/** The view in which a trial is chosen. */
export function choosing(number: number, { choices }: IChartContext): Partial<IView> {
  return { choices: { ...choices, [CHOICE]: String(number) } };
}
