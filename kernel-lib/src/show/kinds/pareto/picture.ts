import type { ParetoAxis, ParetoData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { printable } from '../../format';
import { colourOf } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { STYLE, WIDTH } from '../../pictures/sizes';

const HEIGHT = 340;
const QUIET = '#777777';
const DASHES = ['2 3', '6 4', '8 3 2 3'];

/** All points by series with their intervals, and the front as a step line. */
export function paretoPicture(data: ParetoData, tools: Drawing): (Element | null)[][] {
  if (data.points.length === 0) {
    return [];
  }
  const entries = [
    { name: 'front', colour: '#111111', dashes: 'none' },
    ...(data.lines ?? []).map(({ label: name }, i) => ({ name, colour: QUIET, dashes: DASHES[i % DASHES.length] })),
    ...data.series.map((name, s) => ({ name, colour: colourOf(s) }))
  ];
  return [[legend('points by series', entries, tools)], [plane(data, tools)]];
}

function plane({ x, y, series, points, front, lines = [] }: ParetoData, { Plot, document }: Drawing): Element {
  const onFront = new Set(front);
  const dots = points.map((point, i) => ({ ...point, radius: onFront.has(i) ? 4.5 : 3 }));
  const corners = front.map((i) => points[i]);
  const axis = { grid: true, nice: true, ticks: 7, labelAnchor: 'center' as const, labelArrow: 'none' as const };
  return Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 64,
    marginRight: 28,
    marginTop: 12,
    marginBottom: 40,
    style: STYLE,
    color: { type: 'ordinal', domain: series.map((_, s) => s), range: series.map((_, s) => colourOf(s)) },
    x: { ...axis, label: named(x) },
    y: { ...axis, label: named(y) },
    marks: [
      ...lines.map((line, i) =>
        Plot.line(
          line.x.map((value, c) => ({ x: value, y: line.y[c] })),
          { x: 'x', y: 'y', curve: 'step-after', stroke: QUIET, strokeDasharray: DASHES[i % DASHES.length] }
        )
      ),
      Plot.line(corners, { x: 'x', y: 'y', curve: x.better === 'lower' ? 'step-after' : 'step-before', stroke: '#111111' }), // prettier-ignore
      Plot.ruleX(
        points.filter(({ low, high }) => low !== null && high !== null),
        { x: 'x', y1: 'low', y2: 'high', stroke: 'series', strokeOpacity: 0.6 }
      ),
      Plot.dot(dots, { x: 'x', y: 'y', r: { value: 'radius', scale: null }, fill: 'series' })
    ]
  }) as unknown as Element;
}

function named({ name, unit, better }: ParetoAxis): string {
  return printable(`${name}${unit === '' ? '' : ` (${unit})`}, ${better} is better`);
}
