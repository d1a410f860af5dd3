/** @file The axis of steps, and the part of it that the reader zoomed to: pictures of steps share both. */
import type { LayoutAxis } from 'plotly.js';
import type { IChartContext } from './figure';
import { isNarrow } from './fitting';

/** First and last step in view. */
export type StepRange = readonly [from: number, to: number];

type Choices = Readonly<Record<string, string>>;

const KEY = 'steps';
/** About so many labels fit on the axis, and on a narrow one. */
const LABELS = 6;
const FEW_LABELS = 3;

/** The steps that the reader zoomed to; null for all. */
export function stepRange(choices: Choices): StepRange | null {
  const [from, to] = (choices[KEY] ?? '').split('-').map(Number);
  return from < to ? [from, to] : null;
}

/** The choices with a zoom to whole steps, or with none. Less than a step is a step. */
export function withStepRange(choices: Choices, range: StepRange | null): Choices {
  const others = Object.entries(choices).filter(([name]) => name !== KEY);
  if (range === null) {
    return Object.fromEntries(others);
  }
  const from = Math.max(0, Math.round(Math.min(...range)));
  const to = Math.max(from + 1, Math.round(Math.max(...range)));
  return { ...Object.fromEntries(others), [KEY]: `${from}-${to}` };
}

/** The axis of these steps, ascending, for a figure with `steps`. */
export function stepAxis(steps: readonly number[], context: IChartContext): Partial<LayoutAxis> {
  const { choices, trans } = context;
  const range = stepRange(choices);
  const [from, to] = range ?? [steps[0], steps[steps.length - 1]];
  return {
    title: { text: trans.__('step'), standoff: 4 },
    showgrid: false,
    zeroline: false,
    tick0: 0,
    dtick: tickEvery(to - from, isNarrow(context) ? FEW_LABELS : LABELS),
    tickformat: 'd',
    // Another range is the reader's wish, which plotly's own memory of zooms must not undo.
    uirevision: choices[KEY] ?? 'all',
    ...(range ? { range: [...range], autorange: false } : { autorange: true })
  };
}

/** Steps between labels: 1, 2 or 5 times a power of ten, never less than a whole step. */
export function tickEvery(span: number, labels = LABELS): number {
  const least = Math.max(1, span / labels);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((times) => times * power >= least) ?? 10);
}
