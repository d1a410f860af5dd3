import type { Trial, TrialData, TrialParameter } from '../../../protocol';
import { significant } from '../../format';
import { firstRows } from '../../texts/firstRows';

/** The best trials, then the newest, with what was tried in each. */
export function trialText({
  objectives,
  trials,
  best,
  omitted = 0,
  omittedSteps,
  omittedParameters
}: TrialData): string[] {
  const marked = new Set(best);
  const others = trials.map((_, i) => i).filter((i) => !marked.has(i));
  const rows = [...best, ...others.reverse()].map((i) => row(trials[i], marked.has(i)));
  const goals = objectives.map(({ name, unit, better }) => `${unit === '' ? name : `${name} (${unit})`}, ${better}`);
  const left = [
    ...(omittedSteps ? [`${omittedSteps} intermediate values are left out`] : []),
    ...(omittedParameters ? [`${omittedParameters} parameters are left out`] : [])
  ];
  return [
    counts(trials, omitted),
    ...firstRows({
      head: ['trial', 'state', ...goals, 'seconds', 'from', 'parameters'],
      rows,
      left: 2,
      of: 'trials',
      omitted
    }),
    ...left
  ];
}

function counts(trials: readonly Trial[], omitted: number): string {
  const states = ['complete', 'pruned', 'failed', 'running'] as const;
  const words = states.flatMap((state) => {
    const count = trials.filter((trial) => trial.state === state).length;
    return count > 0 ? [`${count} ${state}`] : [];
  });
  return `${trials.length + omitted} trials${omitted > 0 ? `, of those here ` : ': '}${words.join(', ') || 'none'}`;
}

function row({ number, state, values, duration, parent, parameters }: Trial, best: boolean): string[] {
  const tried = Object.entries(parameters).map(([label, value]) => `${label}=${parameter(value)}`);
  return [
    ...[`${best ? '*' : ' '}${number}`, state, ...values.map(significant), significant(duration)],
    ...[parent === null ? '-' : String(parent), tried.join(' ')]
  ];
}

function parameter(value: TrialParameter): string {
  return typeof value === 'number' ? significant(value) : String(value);
}
