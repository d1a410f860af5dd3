import { bestSoFar } from '../../../protocol';
import type { Trial, TrialData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { printable } from '../../format';
import { colourOf } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { STYLE, WIDTH } from '../../pictures/sizes';
import { architecturePicture } from './architecturePicture';
import { rungsPicture } from './rungsPicture';
import type { Picture } from '../shownKind';

const HEIGHT = 220;
/** More objectives than this are in the table of text alone. */
const MOST = 4;
const BEST = '#111111';
const QUIET = '#9aa0a6';
const STATES: Record<Trial['state'], string> = {
  complete: colourOf(0),
  pruned: colourOf(4),
  failed: colourOf(1),
  running: colourOf(5)
};

/** Each objective over the trials with the best so far, then the intermediate values by step, the rungs, and the network of the best. */
export function trialPicture(data: TrialData, tools: Drawing): Picture {
  if (data.trials.length === 0) {
    return [];
  }
  const states = Object.entries(STATES).filter(([state]) => data.trials.some((trial) => trial.state === state));
  const entries = [
    { name: 'best so far', colour: BEST, dashes: 'none' },
    ...states.map(([name, colour]) => ({ name, colour }))
  ];
  const curves = data.trials.some(({ intermediate }) => intermediate.values.some((value) => value !== null));
  const lines = [
    { name: 'best', colour: BEST, dashes: 'none' },
    { name: 'others', colour: QUIET, dashes: 'none' }
  ];
  return [
    [legend('value of each trial', entries, tools)],
    ...data.objectives.slice(0, MOST).map((_, objective) => [trials(data, objective, tools)]),
    ...(curves ? [[legend('on the way', lines, tools)], [steps(data, tools)]] : []),
    ...rungsPicture(data, tools),
    ...architecturePicture(data, tools)
  ];
}

const AXIS = { grid: true, nice: true, ticks: 6, labelAnchor: 'center', labelArrow: 'none' } as const;
const BOX = { width: WIDTH, height: HEIGHT, marginLeft: 64, marginRight: 16, marginTop: 12, marginBottom: 40 };

function trials(data: TrialData, objective: number, { Plot, document }: Drawing): Element {
  const best = new Set(data.best);
  const dots = data.trials.flatMap(({ number, state, values }, i) => {
    const value = values[objective];
    return value === null ? [] : [{ number, value, state, radius: best.has(i) ? 5 : 3 }];
  });
  const reached = bestSoFar(data, objective).flatMap((value, i) =>
    value === null ? [] : [{ number: data.trials[i].number, value }]
  );
  const { name, unit, better } = data.objectives[objective];
  return Plot.plot({
    document,
    ...BOX,
    style: STYLE,
    color: { type: 'ordinal', domain: Object.keys(STATES), range: Object.values(STATES) },
    x: { ...AXIS, label: 'trial', tickFormat: 'd' },
    y: { ...AXIS, label: printable(`${name}${unit === '' ? '' : ` (${unit})`}, ${better} is better`) },
    marks: [
      Plot.line(reached, { x: 'number', y: 'value', curve: 'step-after', stroke: BEST }),
      Plot.dot(dots, { x: 'number', y: 'value', r: { value: 'radius', scale: null }, fill: 'state' })
    ]
  }) as unknown as Element;
}

/** A line a trial; those of the best lie on top. */
function steps(data: TrialData, { Plot, document }: Drawing): Element {
  const best = new Set(data.best);
  const points = data.trials.flatMap(({ number, intermediate }, i) =>
    intermediate.steps.map((step, s) => ({ number, step, value: intermediate.values[s], best: best.has(i) }))
  );
  const line = (ofBest: boolean, stroke: string, strokeWidth: number) =>
    Plot.line(
      points.filter((point) => point.best === ofBest),
      { x: 'step', y: 'value', z: 'number', stroke, strokeWidth }
    );
  return Plot.plot({
    document,
    ...BOX,
    style: STYLE,
    x: { ...AXIS, label: 'step', tickFormat: 'd' },
    y: { ...AXIS, label: printable(data.objectives[0].name) },
    marks: [line(false, QUIET, 0.8), line(true, BEST, 1.8)]
  }) as unknown as Element;
}
