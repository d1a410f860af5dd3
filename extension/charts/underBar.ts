/** @file Titles of x axes in figures with a bar of colours above the plot. */
import type { Data, Layout } from 'plotly.js';
import type { IFigure } from './figure';

/**
 * Pixels by which plotly.js lifts the titles of all x axes for a horizontal bar above the plot, half the height of the
 * bar with its words; meant for the figure's own title. Where the middle of an axis has a label the title is moved from
 * over it, and else it stays among the labels.
 */
const LIFT = 19;

/** The figure with the titles of its x axes under their labels, however many there are. */
export function underBar<F extends Pick<IFigure, 'data' | 'layout'>>(figure: F): F {
  if (!figure.data.some(hasBarAbove)) {
    return figure;
  }
  const axes = Object.entries(figure.layout).filter(([name, axis]) => /^xaxis\d*$/.test(name) && standoffOf(axis) >= 0);
  const lowered = axes.map(([name, axis]) => {
    const { title, ...rest } = axis as Axis;
    return [name, { ...rest, title: { ...title, standoff: standoffOf(axis) + LIFT } }];
  });
  return { ...figure, layout: { ...figure.layout, ...(Object.fromEntries(lowered) as Partial<Layout>) } };
}

interface Axis {
  title?: { standoff?: number };
}

/** Pixels between labels and title; less than none where it is plotly's to choose. */
function standoffOf(axis: unknown): number {
  return (axis as Axis | undefined)?.title?.standoff ?? -1;
}

function hasBarAbove(trace: Data): boolean {
  const { colorbar } = trace as { colorbar?: { orientation?: string; y?: number; title?: { text?: string } } };
  return colorbar?.orientation === 'h' && (colorbar.y ?? 0) >= 1 && Boolean(colorbar.title?.text);
}
