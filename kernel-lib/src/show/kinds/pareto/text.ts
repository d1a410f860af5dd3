import type { ParetoAxis, ParetoData, ParetoLine, ParetoPoint } from '../../../protocol';
import { significant } from '../../format';
import { firstRows } from '../../texts/firstRows';

const MOST = 8;

/** The front, and how many points there are. */
export function paretoText({ x, y, series, points, front, trajectory, lines = [], omitted = 0 }: ParetoData): string[] {
  const rows = front.map((i) => row(points[i], series));
  const head = ['on the front', 'series', named(x), named(y), 'interval'];
  const tried = trajectory.length > 0 ? `, ${trajectory.length} of them tried in turn` : '';
  return [
    ...firstRows({ head, rows, left: 2, of: 'points on the front' }),
    `${points.length + omitted} points in ${series.length} series${tried}`,
    ...lines.map((line) => `${line.label}: ${firstCorners(line)}`)
  ];
}

/** Corners of a line, the first of many. */
function firstCorners({ x, y }: ParetoLine): string {
  const corners = x.slice(0, MOST).map((value, i) => `${significant(value)} ${significant(y[i])}`);
  return corners.join(', ') + (x.length > MOST ? `, and ${x.length - MOST} more` : '');
}

function row({ label, series, x, y, low, high }: ParetoPoint, names: readonly string[]): string[] {
  const interval = low === null || high === null ? '-' : `${significant(low)}..${significant(high)}`;
  return [label, names[series], significant(x), significant(y), interval];
}

function named({ name, unit }: ParetoAxis): string {
  return unit === '' ? name : `${name} (${unit})`;
}
