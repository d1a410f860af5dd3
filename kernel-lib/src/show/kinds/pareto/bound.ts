import { MAX_POINTS } from '../../../protocol';
import type { ParetoAxis, ParetoData, ParetoLine, ParetoPayload, ParetoPoint } from '../../../protocol';
import { roundScalar } from '../../bounds/rounding';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';

/** Corners of a line that are kept. */
const MAX_CORNERS = 128;

/** Points behind the front go first, evenly; then labels are cut. */
export function boundPareto(payload: ParetoPayload): ParetoPayload {
  const data = rounded(payload.data, legal);
  const brief = rounded(payload.data, short);
  const max = Math.min(MAX_POINTS, data.points.length);
  const least = Math.min(max, data.front.length);
  return fit(payload, [
    { max, least, keep: (count) => withPoints(data, count) },
    { max, least: 0, keep: (count) => withPoints(brief, count) }
  ]);
}

function rounded(data: ParetoData, text: (label: string) => string): ParetoData {
  const axis = ({ name, unit, better }: ParetoAxis): ParetoAxis => ({ name: text(name), unit: text(unit), better });
  const point = ({ label, series, x, y, low, high }: ParetoPoint): ParetoPoint => ({
    label: text(label),
    series,
    x: roundScalar(x) ?? x,
    y: roundScalar(y) ?? y,
    low: roundScalar(low),
    high: roundScalar(high)
  });
  return {
    ...data,
    x: axis(data.x),
    y: axis(data.y),
    series: data.series.map(text),
    points: data.points.map(point),
    ...lines(data, text)
  };
}

/** Corners of step lines, evenly. */
function lines({ lines: all }: ParetoData, text: (label: string) => string): { lines?: ParetoLine[] } {
  const corners = (values: readonly number[]): number[] =>
    evenly(values.length, MAX_CORNERS).map((i) => roundScalar(values[i]) ?? values[i]);
  return all === undefined
    ? {}
    : { lines: all.map(({ label, x, y }) => ({ label: text(label), x: corners(x), y: corners(y) })) };
}

/** The front first, then the others evenly, all in their old order. */
function withPoints(data: ParetoData, count: number): ParetoData {
  const onFront = new Set(data.front);
  const others = data.points.map((_, i) => i).filter((i) => !onFront.has(i));
  const front = evenly(data.front.length, count).map((i) => data.front[i]);
  const behind = evenly(others.length, count - front.length).map((i) => others[i]);
  const kept = [...front, ...behind].sort((a, b) => a - b);
  const place = new Map(kept.map((index, i) => [index, i]));
  const moved = (indices: readonly number[]): number[] => indices.flatMap((index) => place.get(index) ?? []);
  return {
    ...data,
    points: kept.map((i) => data.points[i]),
    ...omitted(data.omitted, data.points.length - kept.length),
    front: moved(data.front),
    trajectory: moved(data.trajectory).slice(0, MAX_POINTS)
  };
}
