/** @file The load of one layer's experts as a stream: areas upon each other, as thick as the expert's share. */
import type { LayerRouting } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data, Layout } from 'plotly.js';
import { expertColour, faded } from '../../base/colours';
import type { IChartContext } from '../figure';
import { expertNames, percent, plainText } from '../text';

/** More areas than this cannot be told apart; the least loaded experts share the last one. */
const MOST_BANDS = 64;
const DIMMED = 0.2;
/** Share of the height that a number needs. */
const THICK = 0.05;

/** An area of the stream: an expert, or all the others. */
export interface IBand {
  /** Index of the expert; -1 for the others. */
  expert: number;
  name: string;
  /** Share of assignments at each step; [S']. */
  shares: number[];
}

/** The areas from the bottom up, in the experts' order. `loads` is [S'][E]. */
export function streamBands(layer: LayerRouting, loads: readonly number[][], { trans }: IChartContext): IBand[] {
  const names = expertNames(layer, trans);
  const total = names.map((_, e) => loads.reduce((sum, row) => sum + row[e], 0));
  const byLoad = names.map((_, e) => e).sort((a, b) => total[b] - total[a] || a - b);
  const own =
    names.length > MOST_BANDS ? byLoad.slice(0, MOST_BANDS - 1).sort((a, b) => a - b) : byLoad.sort((a, b) => a - b);
  const bands = own.map((expert): IBand => ({ expert, name: names[expert], shares: loads.map((row) => row[expert]) }));
  if (own.length === names.length) {
    return bands;
  }
  const rest = loads.map((row) => row.reduce((sum, share, e) => (own.includes(e) ? sum : sum + share), 0));
  return [...bands, { expert: -1, name: trans.__('%1 other experts', names.length - own.length), shares: rest }];
}

/** The areas as traces; those of other experts than the chosen one are dimmed. */
export function streamTraces(bands: readonly IBand[], steps: readonly number[], context: IChartContext): Data[] {
  const { theme, trans } = context;
  return bands.map(({ expert, name, shares }) => {
    const colour = expert < 0 ? theme.grid : expertColour(expert, theme.colours).background;
    const chosen = context.expert === null || context.expert === expert;
    return {
      type: 'scatter',
      mode: 'lines',
      stackgroup: 'load',
      name: plainText(name),
      x: steps,
      y: shares,
      fillcolor: chosen ? colour : faded(colour, DIMMED),
      line: { color: theme.background, width: 0.5 },
      hoverinfo: 'text',
      text: shares.map((share, s) =>
        plainText(trans.__('step %1, %2: %3 of assignments', steps[s], name, percent(share)))
      ),
      hoverlabel: { bgcolor: colour }
    } as unknown as Data;
  });
}

/** Numbers of the experts on their areas, at step `at`, where an area is thick enough for one. */
export function streamLabels(
  bands: readonly IBand[],
  steps: readonly number[],
  at: number,
  { theme }: IChartContext
): Partial<Annotations>[] {
  let below = 0;
  return bands.flatMap(({ expert, shares }) => {
    const y = below + shares[at] / 2;
    below += shares[at];
    return expert < 0 || shares[at] < THICK
      ? []
      : [
          {
            x: steps[at],
            y,
            text: String(expert),
            showarrow: false,
            xanchor: 'right' as const,
            font: { size: 9, color: expertColour(expert, theme.colours).text }
          }
        ];
  });
}

/** The axis of shares: all areas together are all assignments. */
export function streamAxis({ trans, theme }: IChartContext): Partial<Layout['yaxis']> {
  return {
    title: { text: trans.__('share of assignments'), standoff: 4 },
    fixedrange: true,
    range: [0, 1],
    tickformat: '.0%',
    nticks: 5,
    gridcolor: theme.grid,
    zeroline: false
  };
}
