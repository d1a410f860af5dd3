import { trialFates } from '../../../protocol';
import type { TrialData, TrialFate } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { printable, significant } from '../../format';
import { colourOf } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { STYLE, WIDTH } from '../../pictures/sizes';
import type { Picture } from '../shownKind';

/** Those that were promoted lie on top. */
const FATES: readonly TrialFate[] = ['complete', 'paused', 'stopped', 'failed', 'running', 'promoted'];
const WAY = '#9aa0a6';

/** A rung: what is spent on a trial there, and how many trials fared how. */
export interface Rung {
  resource: number;
  counts: [fate: TrialFate, count: number][];
}

/** The rungs from the lowest; trials wait while another is under way, and were stopped once none is. */
export function rungsOf(data: TrialData): Rung[] {
  const fates = fatesOf(data);
  const resources = [...new Set(data.trials.flatMap(({ resource }) => resource ?? []))].sort((a, b) => a - b);
  return resources.map((resource) => {
    const own = fates.filter((_, i) => data.trials[i].resource === resource);
    const counts = FATES.map((fate): [TrialFate, number] => [fate, own.filter((each) => each === fate).length]);
    return { resource, counts: counts.filter(([, count]) => count > 0) };
  });
}

/** Values by rung with a line to the trial that went on; nothing where there are fewer than two rungs. */
export function rungsPicture(data: TrialData, tools: Drawing): Picture {
  const rungs = rungsOf(data);
  if (rungs.length < 2) {
    return [];
  }
  const shown = FATES.filter((fate) => rungs.some(({ counts }) => counts.some(([each]) => each === fate)));
  const entries = shown.map((name) => ({ name, colour: colourOf(FATES.indexOf(name)) }));
  return [[legend('rungs', entries, tools)], [plane(data, rungs, tools)]];
}

function plane(data: TrialData, rungs: readonly Rung[], { Plot, document }: Drawing): Element {
  const fates = fatesOf(data);
  const names = rungs.map(({ resource }) => significant(resource));
  const dots = data.trials.flatMap(({ number, parent, resource, values: [value] }, i) =>
    resource === undefined || value === null
      ? []
      : [{ number, parent, value, fate: fates[i], resource, rung: significant(resource) }]
  );
  const byNumber = new Map(dots.map((dot) => [dot.number, dot]));
  const ways = dots.flatMap((to) => {
    const from = to.parent === null ? undefined : byNumber.get(to.parent);
    return from !== undefined && from.resource < to.resource
      ? [{ x1: from.rung, x2: to.rung, y1: from.value, y2: to.value }]
      : [];
  });
  return Plot.plot({
    document,
    ...{ width: WIDTH, height: 220, marginLeft: 64, marginRight: 16, marginTop: 12, marginBottom: 40 },
    style: STYLE,
    color: { type: 'ordinal', domain: [...FATES], range: FATES.map((_, f) => colourOf(f)) },
    x: { type: 'point', domain: names, label: 'spent on a trial', labelAnchor: 'center', labelArrow: 'none' },
    y: { grid: true, nice: true, ticks: 6, label: printable(data.objectives[0].name), labelAnchor: 'center', labelArrow: 'none' }, // prettier-ignore
    marks: [
      Plot.link(ways, { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', stroke: WAY }),
      ...FATES.map((fate) =>
        Plot.dot(
          dots.filter((dot) => dot.fate === fate),
          { x: 'rung', y: 'value', r: 3.5, fill: 'fate' }
        )
      )
    ]
  }) as unknown as Element;
}

function fatesOf(data: TrialData): TrialFate[] {
  return trialFates(
    data,
    data.trials.every(({ state }) => state !== 'running')
  );
}
