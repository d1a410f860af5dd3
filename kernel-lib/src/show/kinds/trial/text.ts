import type { Trial, TrialData, TrialParameter } from '../../../protocol';
import { significant } from '../../format';
import { rungsOf } from './rungsPicture';
import { firstRows } from '../../texts/firstRows';

/** The best trials, then the newest, with what was tried in each. */
export function trialText(data: TrialData): string[] {
  const { objectives, trials, best, omitted = 0, omittedSteps, omittedParameters, omittedArchitectures } = data;
  const marked = new Set(best);
  const others = trials.map((_, i) => i).filter((i) => !marked.has(i));
  const rows = [...best, ...others.reverse()].map((i) => row(trials[i], marked.has(i)));
  const goals = objectives.map(({ name, unit, better }) => `${unit === '' ? name : `${name} (${unit})`}, ${better}`);
  const left = [
    ...(omittedSteps ? [`${omittedSteps} intermediate values are left out`] : []),
    ...(omittedParameters ? [`${omittedParameters} parameters are left out`] : []),
    ...(omittedArchitectures ? [`networks of ${omittedArchitectures} trials are left out`] : [])
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
    ...rungs(data),
    ...network(data),
    ...left
  ];
}

/** How many trials of each rung went on, and how many did not. */
function rungs(data: TrialData): string[] {
  const rows = rungsOf(data);
  return rows.length < 2
    ? []
    : ['rungs: ' + rows.map(({ resource, counts: own }) => `${significant(resource)}: ${own.map(([fate, n]) => `${n} ${fate}`).join(', ')}`).join('; ')]; // prettier-ignore
}

/** Nodes of the best trial's network, with what each reads. */
function network({ trials, best, architectures = [] }: TrialData): string[] {
  const first = best.map((i) => trials[i]).find(({ architecture }) => architecture !== undefined);
  if (first === undefined) {
    return [];
  }
  const { nodes, edges } = architectures[first.architecture!];
  const rows = nodes.map(({ label, detail }, i) => {
    const reads = edges.filter(({ to }) => to === i).map(({ from }) => String(from + 1));
    return [String(i + 1), label, detail || '-', reads.join(' ') || '-'];
  });
  return [
    `network of trial ${first.number}:`,
    ...firstRows({ head: ['node', 'name', 'settings', 'reads'], rows, left: 4, of: 'nodes' })
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
