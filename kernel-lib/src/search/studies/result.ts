import { nonDominated } from '../../base/math';
import type { Candidate } from '../space';
import type { StoredTrial } from '../storage';
import type { OwnTrial } from './ledger';
import type { ResolvedStudy } from './options';

/** A trial that has ended. */
export interface StudyTrialResult {
  readonly number: number;
  /** "pruned" where it was paused, and did not go on. */
  readonly state: 'complete' | 'pruned' | 'failed';
  readonly candidate: Candidate;
  /** Its choices by label. */
  readonly parameters: StoredTrial['point'];
  /** All measures by name; empty where it failed. */
  readonly values: Readonly<Record<string, number>>;
  readonly intermediate: StoredTrial['intermediate'];
  /** Number of the trial that it was made from or goes on from; null where there is none. */
  readonly parent: number | null;
  readonly resource: number | null;
  readonly seconds: number | null;
  /** Why it failed; null where it did not. */
  readonly error: string | null;
}

/** How a study ended. */
export interface StudyResult {
  /** 'exhausted' where nothing new was left to try. */
  readonly status: 'finished' | 'exhausted' | 'stopped';
  readonly name: string;
  /** Trials by number, those of earlier runs included. */
  readonly trials: readonly StudyTrialResult[];
  /** Of the complete trials that meet all limits the best, or with several objectives all that no other beats, by the first. */
  readonly front: readonly StudyTrialResult[];
  /** The first of the front; null where no trial is complete. */
  readonly best: StudyTrialResult | null;
}

/** The result of a study from its trials. */
export function resultOf(
  { name, space, objectives }: ResolvedStudy,
  status: StudyResult['status'],
  ended: readonly OwnTrial[]
): StudyResult {
  const numbers = new Map(ended.map(({ number, attributes }) => [attributes.id, number]));
  const ordered = [...ended].sort((a, b) => a.number - b.number);
  const trials = ordered.map(({ number, state, point, intermediate, attributes, seconds }): StudyTrialResult => {
    const { measures = {}, parent, resource, error, seconds: ours } = attributes;
    return {
      ...{ number, state: state as StudyTrialResult['state'], candidate: space.candidate(point), parameters: point },
      ...{ values: measures, intermediate, resource: resource ?? null, error: error ?? null },
      parent: parent === undefined ? null : (numbers.get(parent) ?? null),
      seconds: ours ?? seconds
    };
  });
  const whole = trials.filter(({ state }, i) => state === 'complete' && (ordered[i].attributes.violation ?? 0) === 0);
  const costs = whole.map(({ values }) =>
    objectives.map((objective) => values[objective.name] * (objective.better === 'lower' ? 1 : -1))
  );
  const front = nonDominated(costs).sort((a, b) => costs[a][0] - costs[b][0] || a - b);
  return { status, name, trials, front: front.map((i) => whole[i]), best: front.length === 0 ? null : whole[front[0]] };
}
