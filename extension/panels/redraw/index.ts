/**
 * @file New numbers in a figure that stands. plotly.js draws all axes, labels, legends and headings of a figure anew with
 * every snapshot; where only numbers changed, its traces, the axes that moved and the words that changed are enough.
 *
 * plotly.js has no public way to draw a trace alone. What is used here is what its own `react` calls; where something of
 * it is missing the figure is drawn whole.
 */
export { drawInPlace } from './drawInPlace';
export { frameKey } from './frameKey';
export type { IDrawing } from './drawing';
