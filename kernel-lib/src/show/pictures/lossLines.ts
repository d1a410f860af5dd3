import type { Numeric } from '../../protocol';
import type { Drawing } from '../drawing';
import { lines } from './lines';

/** The losses over time; every scalar where none is a loss. */
export function lossLines(
  { steps, scalars }: { steps: readonly number[]; scalars: Record<string, Numeric[]> },
  width: number,
  tools: Drawing
): Element | null {
  const all = Object.entries(scalars);
  const losses = all.filter(([name]) => /^loss\/(train|validation)$/.test(name));
  const series =
    losses.length > 0 ? losses.map(([name, values]) => [name.slice('loss/'.length), values] as const) : all;
  return lines({ title: losses.length > 0 ? 'loss' : 'scalars', width, steps, series }, tools);
}
