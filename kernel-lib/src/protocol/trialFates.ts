import type { Trial, TrialData } from './kinds/trial';

/**
 * How a trial stands on the rungs of successive halving: 'promoted' where another went on from it with more, 'paused' where it waits to be,
 * 'stopped' where the study is over and it was not.
 */
export type TrialFate = Trial['state'] | 'promoted' | 'paused' | 'stopped';

/** Fate of each trial; that of one without a resource is its state. */
export function trialFates({ trials }: Pick<TrialData, 'trials'>, over: boolean): TrialFate[] {
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  const promoted = new Set(
    trials.flatMap(({ parent, resource }) => {
      const from = parent === null ? undefined : byNumber.get(parent);
      return from?.resource !== undefined && resource !== undefined && resource > from.resource ? [from.number] : [];
    })
  );
  return trials.map(({ number, state, resource }) =>
    resource === undefined
      ? state
      : promoted.has(number)
        ? 'promoted'
        : state === 'pruned'
          ? over
            ? 'stopped'
            : 'paused'
          : state
  );
}

/** The trial of a number, and those that it goes on from, the first the latest. */
export function trialLine({ trials }: Pick<TrialData, 'trials'>, number: number): Trial[] {
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  const line: Trial[] = [];
  let next = byNumber.get(number);
  while (next !== undefined) {
    line.push(next);
    const from: Trial | undefined = next.parent === null ? undefined : byNumber.get(next.parent);
    // One that was only made of its parent begins anew.
    next = from?.resource !== undefined && (next.resource ?? 0) > from.resource ? from : undefined;
  }
  return line;
}
