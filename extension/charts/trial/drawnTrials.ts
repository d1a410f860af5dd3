/** @file Which of many trials a picture draws, and the words for those that it does not. */
import type { TrialData } from '@switchyard/kernel-lib/protocol';
import { bestSoFar, trialLine } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { evenly } from '../drawnPart';
import type { IChartContext } from '../figure';
import { markedTrial } from './chosenTrial';

/**
 * Of the trials with these indices, ascending, at most so many and the chosen one with its line: half for the best, a quarter for those that were the best when they came,
 * an eighth for the newest, and of the others an even sample.
 */
export function drawnTrials(data: TrialData, from: readonly number[], most: number, context: IChartContext): number[] {
  if (from.length <= most) {
    return [...from];
  }
  const marked = markedTrial(context);
  const line = new Set(marked === null ? [] : trialLine(data, marked));
  const offered = new Set(from);
  const kept = new Set<number>();
  const add = (some: readonly number[], count: number): void => evenly(some, count).forEach((i) => kept.add(i));
  const best = data.best.filter((i) => offered.has(i));
  add(best, Math.floor(most / 2));
  add(improvedOf(data).filter((i) => offered.has(i) && !kept.has(i)), Math.floor(most / 4)); // prettier-ignore
  add(from.slice(from.length - Math.floor(most / 8)), Math.floor(most / 8));
  add(from.filter((i) => !kept.has(i)), most - kept.size); // prettier-ignore
  from.filter((i) => line.has(data.trials[i])).forEach((i) => kept.add(i));
  return [...kept].sort((a, b) => a - b);
}

/** Trials that were the best of an objective when they came. */
function improvedOf(data: TrialData): number[] {
  const curves = data.objectives.map((_, objective) => bestSoFar(data, objective));
  return data.trials.flatMap((_, i) => (curves.some((curve) => curve[i] !== (curve[i - 1] ?? null)) ? [i] : []));
}

/** A sentence on trials that are not drawn; empty where all are. */
export function drawnSentence(drawn: number, all: number, trans: TranslationBundle): string {
  return drawn === all
    ? ''
    : ` ${trans.__('%1 of %2 are drawn: the best, those that were it when they came, the newest, and of the others an even sample.', drawn, all)}`;
}
