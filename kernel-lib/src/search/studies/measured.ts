import type { Measured } from '../evaluator';
import type { Outcome } from '../executor';
import type { Candidate } from '../space';
import type { Objective } from '../storage';
import type { Limit, StudyOptions } from './options';

/** Measures of an evaluation, held against objectives and limits. */
export type Judged =
  | {
      readonly values: readonly number[];
      readonly measures: Readonly<Record<string, number>>;
      /** How far beyond each limit; 0 where it is met. */
      readonly beyond: readonly number[];
    }
  | { readonly error: string };

/** Measures as objectives and limits want them; an error where one is missing or not finite. */
export function judge(
  measured: Measured,
  objectives: readonly Objective[],
  limits: Readonly<Record<string, Limit>>
): Judged {
  const isNamed = typeof measured === 'object' && measured !== null;
  if (!isNamed && objectives.length > 1) {
    return {
      error: `an evaluation must give ${objectives.map(({ name }) => name).join(', ')}, got ${String(measured)}`
    };
  }
  const measures: Readonly<Record<string, number>> = isNamed ? measured : { [objectives[0].name]: measured };
  const wanted = [...objectives.map(({ name }) => name), ...Object.keys(limits)];
  const wrong = wanted.find((name) => !Number.isFinite(measures[name]));
  if (wrong !== undefined) {
    return { error: `an evaluation must give a finite "${wrong}", got ${String(measures[wrong])}` };
  }
  return {
    values: objectives.map(({ name }) => measures[name]),
    measures: Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value))),
    beyond: Object.entries(limits).map(([name, { atMost = Infinity, atLeast = -Infinity }]) =>
      Math.max(0, measures[name] - atMost, atLeast - measures[name])
    )
  };
}

/** Measures of a candidate that need no evaluation. */
export function measuresOf(
  candidate: Candidate,
  { measures = {} }: Pick<StudyOptions, 'measures'>
): Record<string, number> {
  return Object.fromEntries(Object.entries(measures).map(([name, of]) => [name, of(candidate)]));
}

/** An evaluation's outcome with measures beside it; a number that it gave is the objective that is not among them. */
export function withMeasures(
  outcome: Extract<Outcome, { kind: 'done' }>,
  beside: Readonly<Record<string, number>>,
  objectives: readonly Objective[]
): Outcome {
  const names = Object.keys(beside);
  const { measured } = outcome;
  if (names.length === 0) {
    return outcome;
  }
  const open = objectives.filter(({ name }) => !names.includes(name));
  if (typeof measured !== 'object' || measured === null) {
    return open.length === 1 ? { ...outcome, measured: { [open[0].name]: measured, ...beside } } : outcome;
  }
  const twice = names.find((name) => name in measured);
  return twice === undefined
    ? { ...outcome, measured: { ...measured, ...beside } }
    : { kind: 'failed', error: `an evaluation must not give "${twice}", which the study's measures give` };
}
