import type { tf } from '../../base/backend';
import { significant } from '../format';
import { element } from '../markup';
import type { Markup } from '../markup';
import { framed } from './framed';
import type { TensorStatistics } from './tensorStatistics';
import { spreadValues } from './tensorValues';
import type { Values } from './tensorValues';
import { valueColour } from './valueColour';

/** Rows and columns of a matrix's picture, and bars of a vector's, at most. */
const MATRIX = [24, 40] as const;
const VECTOR = [1, 128] as const;
/** A matrix of at most so many columns has its numbers in its cells. */
const NUMBERED = 8;
const WIDTH = 480;
const BARS = 80;

export interface TensorPictureOptions {
  title: string;
  summary: string;
  statistics: TensorStatistics;
}

/** A vector as bars, a matrix as coloured cells, as SVG; null for other ranks. */
export function tensorPicture(tensor: tf.Tensor, { title, summary, statistics }: TensorPictureOptions): string | null {
  if (tensor.rank !== 1 && tensor.rank !== 2) {
    return null;
  }
  const values = spreadValues(tensor, tensor.rank === 1 ? VECTOR : MATRIX);
  const drawn = tensor.rank === 1 ? bars(values.rows[0], statistics) : cells(values, statistics);
  return framed({ title, lines: [summary, ...sampling(values, tensor.rank)], width: WIDTH, ...drawn });
}

/** Says what of the tensor is drawn, where it is not all. */
function sampling({ strides: [rows, columns] }: Values, rank: number): string[] {
  const name = rank === 1 ? 'value' : 'column';
  const parts = [...(rows > 1 ? [`1 row in ${rows}`] : []), ...(columns > 1 ? [`1 ${name} in ${columns}`] : [])];
  return parts.length === 0 ? [] : [`drawn: ${parts.join(', ')}`];
}

function cells({ rows }: Values, statistics: TensorStatistics): { height: number; marks: Markup[] } {
  const columns = rows[0].length;
  const numbered = columns <= NUMBERED && rows.length <= NUMBERED;
  const width = numbered ? WIDTH / NUMBERED : Math.min(16, WIDTH / columns);
  const height = numbered ? 22 : width;
  const marks = rows.flatMap((row, i) =>
    row.flatMap((value, j) => {
      const { fill, ink } = valueColour(value, statistics);
      const place = { x: round(j * width), y: round(i * height) };
      const cell = element('rect', { ...place, width: round(width), height: round(height), fill });
      const at = { x: place.x + width / 2, y: place.y + 15, 'text-anchor': 'middle', 'font-size': 11, fill: ink };
      return numbered ? [cell, element('text', at, significant(value))] : [cell];
    })
  );
  return { height: rows.length * height, marks };
}

function bars(values: readonly number[], statistics: TensorStatistics): { height: number; marks: Markup[] } {
  // NaN where no value is finite.
  const low = Math.min(0, statistics.min || 0);
  const high = Math.max(0, statistics.max || 0);
  const scale = BARS / (high - low || 1);
  const width = Math.min(16, WIDTH / values.length);
  const zero = high * scale;
  const marks = values.flatMap((value, i) => {
    if (!Number.isFinite(value)) {
      return [];
    }
    const size = { width: round(width * 0.9), height: round(Math.abs(value) * scale) };
    const y = round(zero - Math.max(0, value) * scale);
    return [element('rect', { x: round(i * width), y, ...size, fill: value < 0 ? '#e66101' : '#5e3c99' })];
  });
  const line = { x1: 0, x2: round(values.length * width), y1: round(zero), y2: round(zero), stroke: '#999999' };
  return { height: BARS, marks: [...marks, element('line', line)] };
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
