import type { Measured } from '../evaluator';
import type { Objective } from '../storage';
import type { Limit } from './options';

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
