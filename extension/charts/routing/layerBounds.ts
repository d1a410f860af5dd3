/** @file Entropy and MaxVio of each layer as text beside its row of a heatmap, with the bounds of their formulas. */
import type { LayerRouting, Numeric } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data } from 'plotly.js';
import type { IChartContext } from '../figure';
import { isNarrow } from '../fitting';
import { brief, plainText } from '../text';

/** Room to the right of the rows, in pixels. */
export const BOUNDS_WIDTH = 100;
/** Where the headings of the two columns start, in ems of their font. */
const ENTROPY = 0;
const MAX_VIO = 5;
const FONT = 10;
/** From the end of "0.00" to the second column: one text a row, as each costs a tenth of a millisecond to draw. */
const BETWEEN = '\u2003\u2003\u2002\u2005';
/** As wide as "0.00". */
const NONE = '–\u2007\u2007\u2008';

/** With at most 1/k of the choices for one expert, (max load - mean load) / mean load is at most E/k - 1. */
export function maxVioBound(layer: LayerRouting): number {
  return layer.numExperts / layer.k - 1;
}

/** Whether the numbers stand beside the rows: where there are any, and a narrow figure has no need of the room. */
export function hasBounds(layers: readonly LayerRouting[], context: IChartContext): boolean {
  return !isNarrow(context) && layers.some(({ entropy, maxVio }) => entropy !== null || maxVio !== null);
}

/** Texts for these rows of `columns` cells, and their headings; nothing where {@link hasBounds} says so. */
export function layerBounds(
  layers: readonly LayerRouting[],
  rows: readonly number[],
  columns: number,
  context: IChartContext
): { data: Data[]; annotations: Partial<Annotations>[] } {
  if (!hasBounds(layers, context)) {
    return { data: [], annotations: [] };
  }
  const { theme, trans } = context;
  const bounds = layers.map(maxVioBound);
  const common = bounds.every((bound) => bound === bounds[0]) ? brief(bounds[0]) : null;
  const two = (value: Numeric): string => (value === null ? NONE : value.toFixed(2));
  const texts = layers.map(({ entropy, maxVio }, i) => {
    const second = common === null ? `${two(maxVio)} / ${brief(bounds[i])}` : two(maxVio);
    return `\u2009${two(entropy)}${BETWEEN}${second}`;
  });
  const text = {
    type: 'scatter',
    mode: 'text',
    x: rows.map(() => columns - 0.5),
    y: [...rows],
    text: rows.map((row) => texts[row]),
    textposition: 'middle right',
    textfont: { size: FONT, color: theme.text },
    cliponaxis: false,
    hoverinfo: 'skip'
  } as Data;
  const heading = (ems: number, text: string): Partial<Annotations> => ({
    xref: 'paper',
    x: 1,
    xanchor: 'left',
    xshift: 4 + ems * FONT,
    yref: 'paper',
    y: 1,
    yanchor: 'bottom',
    align: 'left',
    showarrow: false,
    font: { size: FONT, color: theme.mutedText },
    text: plainText(text).replace('\n', '<br>')
  });
  return {
    data: [text],
    annotations: [
      heading(ENTROPY, trans.__('entropy\n0 – 1')),
      heading(MAX_VIO, common === null ? trans.__('MaxVio\n/ bound') : trans.__('MaxVio\n0 – %1', common))
    ]
  };
}
