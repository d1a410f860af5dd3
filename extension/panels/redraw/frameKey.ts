/** @file What two figures have in common whose numbers alone differ. */
import type { IDrawing, Trace } from './drawing';
import { axisNames, isHeatmap, isText, liveFields, liveMarks, notesOf, SPACING, TICKS, without } from './drawing';

/**
 * All of a figure but its snapshot's numbers, as a key: figures with the same key differ in nothing that is not drawn in
 * place. Null where a figure cannot be drawn so.
 */
export function frameKey({ data, layout, config }: IDrawing): string | null {
  const traces = data as Trace[];
  const heatmaps = traces.filter(isHeatmap).length;
  const drawable =
    heatmaps === 0
      ? traces.every(isPoints)
      : heatmaps === 1 && traces.every((trace) => isCells(trace) || isPlainText(trace));
  if (!drawable || !keepsMargins(layout as Trace, heatmaps > 0)) {
    return null;
  }
  const notes = notesOf(layout).map((note) => without(note, ['text']));
  const axes = axisNames(layout).map((name) => [name, without((layout as Trace)[name] as Trace, [SPACING])]);
  const frame = { ...layout, ...Object.fromEntries(axes), annotations: notes };
  return JSON.stringify([config, frame, traces.map((trace) => frameOf(trace, heatmaps > 0))]);
}

function isCells({ type, zmin, zmax, texttemplate }: Trace): boolean {
  return type === 'heatmap' && zmin !== undefined && zmax !== undefined && texttemplate === undefined;
}

/** A text with markup has elements of its own. */
function isPlainText(trace: Trace): boolean {
  const { text } = trace;
  return isText(trace) && Array.isArray(text) && !text.some((each) => /^$|[<&\n]/.test(each as string));
}

/** Points and lines that nothing else is computed from: no areas, no bars of errors, no scale of colours. */
function isPoints({ type, stackgroup, fill = 'none', error_x: across, error_y: up, marker }: Trace): boolean {
  const { colorscale, showscale } = (marker ?? {}) as Trace;
  const plain = stackgroup === undefined && fill === 'none' && across === undefined && up === undefined;
  return type === 'scatter' && plain && colorscale === undefined && showscale === undefined;
}

/** A margin that follows what stands in it moves with labels of axes and colour bars; names of a legend are part of the frame. */
function keepsMargins(layout: Trace, bars: boolean): boolean {
  const fixed = (layout.margin as { autoexpand?: boolean } | undefined)?.autoexpand === false;
  const follows = (name: string): boolean => (layout[name] as Trace).automargin === true;
  return fixed || (!bars && !axisNames(layout).some(follows));
}

function frameOf(trace: Trace, beside: boolean): unknown {
  const { colorbar, marker } = trace as { colorbar?: Trace; marker?: Trace };
  const { text: _, ...title } = (colorbar?.title ?? {}) as Trace;
  const bar = colorbar && { ...without(colorbar, TICKS), title };
  const live = liveMarks(trace);
  const outline = marker?.line && without(marker.line as Trace, live.outline);
  const marks = marker && { ...without(marker, [...live.marker, 'line']), outline, live };
  // A trace without points is not there for plotly.js.
  const empty = !isHeatmap(trace) && (trace.x as unknown[]).length === 0;
  return [Object.keys(trace), without(trace, [...liveFields(trace, beside), 'marker']), bar, marks, empty];
}
