import type { Numeric } from '../../protocol';
import type { Drawing } from '../drawing';
import { printable } from '../format';
import { COLOURS } from './colours';
import { cutFront } from './cutFront';
import { STYLE } from './sizes';

const HEIGHT = 210;
const LEGEND_ROWS = 8;

export interface LinesOptions {
  title: string;
  width: number;
  steps: readonly number[];
  /** Values by name; nulls leave the line out. */
  series: readonly (readonly [string, readonly Numeric[]])[];
  /** Lowest value of the axis; null lets the values decide. */
  from?: number | null;
}

/** Series over the training steps, each with its name at its end; null where there is nothing to draw. */
export function lines(
  { title, width, steps, series, from = null }: LinesOptions,
  { Plot, document }: Drawing
): Element | null {
  const points = series.flatMap(([name, values]) =>
    values.flatMap((value, i) => (value === null ? [] : [{ name: printable(name), step: steps[i], value }]))
  );
  if (points.length === 0) {
    return null;
  }
  const names = series.map(([name]) => printable(name)).filter((name) => points.some((point) => point.name === name));
  const low =
    from === null ? Plot.dot(points, { x: 'step', y: 'value', r: 0 }) : Plot.ruleY([from], { stroke: '#999999' });
  return Plot.plot({
    document,
    width,
    height: HEIGHT,
    marginTop: 34,
    marginLeft: 44,
    marginRight: 96,
    marginBottom: 34,
    style: STYLE,
    color: { domain: names, range: names.map((_, i) => COLOURS[i % COLOURS.length]) },
    x: { label: 'step', labelAnchor: 'center', labelArrow: 'none', ticks: 5, tickFormat: 'd' },
    y: { label: null, nice: true, grid: true, ticks: 5 },
    marks: [
      low,
      Plot.lineY(points, { x: 'step', y: 'value', z: 'name', stroke: 'name', strokeWidth: 1.5 }),
      Plot.dot(points, Plot.selectLast({ x: 'step', y: 'value', z: 'name', fill: 'name', r: 2.5 })),
      Plot.text([title], { frameAnchor: 'top-left', dy: -22, dx: -36, fontWeight: 600, fontSize: 12 }),
      ...names.slice(0, LEGEND_ROWS).map((name, i) =>
        Plot.text([name], {
          frameAnchor: 'top-right',
          textAnchor: 'start',
          dx: 8,
          dy: i * 14,
          fill: COLOURS[i % COLOURS.length],
          text: [shown(name, i, names.length)]
        })
      )
    ]
  }) as unknown as Element;
}

/** A name cut to the margin; the last row says how many more there are. */
function shown(name: string, row: number, count: number): string {
  if (row === LEGEND_ROWS - 1 && count > LEGEND_ROWS) {
    return `and ${count - row} more`;
  }
  return cutFront(name, 14);
}
