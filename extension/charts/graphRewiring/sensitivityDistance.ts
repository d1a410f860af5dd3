/** @file How strongly a network's outputs hang on what other nodes hold, by the number of edges in between. */
import type { GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import { sensitivityByDistance as means, sensitivityShare, targetDistances } from '@switchyard/kernel-lib/protocol';
import { cell, tableOf } from '../../base/table';
import type { IChartContext, IFigure } from '../figure';
import { legendAbove } from '../legend';
import { baseLayout } from '../load';
import { brief, plainText } from '../text';
import { chosenRow } from './sensitivity';

const HEIGHT = 240;

/** Shares at the chosen node, and the mean of all targets that are told; null where edges were left out. */
export function sensitivityByDistance(payload: GraphRewiringPayload, context: IChartContext): IFigure | null {
  const { nodes, sensitivity } = payload.data;
  const row = chosenRow(sensitivity, context);
  const hops = targetDistances(payload.data);
  if (sensitivity === undefined || row === null || hops === null) {
    return null;
  }
  const { theme, trans } = context;
  const rows = means(payload.data);
  const seen = rows.filter(({ mean }) => mean > 0);
  const own = nodes
    .map(({ label }, node) => ({
      label,
      hops: hops[row][node],
      share: sensitivityShare(sensitivity.decadesBelow[row][node])
    }))
    .filter((each) => each.hops >= 0 && each.share > 0);
  const name = plainText(nodes[sensitivity.targets[row]].label);
  return {
    data: [
      {
        type: 'scatter',
        mode: 'markers',
        name: trans.__('of %1', name),
        x: own.map((each) => each.hops),
        y: own.map(({ share }) => share),
        text: own.map(({ label, share }) => plainText(`${label}: ${brief(share)}`)),
        hoverinfo: 'text',
        marker: { size: 6, color: theme.mutedText, opacity: 0.7 }
      },
      {
        type: 'scatter',
        mode: 'lines+markers',
        name: trans.__('mean of all'),
        x: seen.map(({ distance }) => distance),
        y: seen.map(({ mean }) => mean),
        line: { color: theme.text, width: 2 },
        marker: { size: 6, color: theme.text }
      }
    ],
    layout: {
      ...baseLayout(theme, HEIGHT),
      ...legendAbove(theme),
      margin: { l: 54, r: 12, t: 30, b: 40 },
      hovermode: 'closest',
      xaxis: {
        title: { text: trans.__('edges in between') },
        dtick: Math.max(1, Math.ceil(rows.length / 12)),
        gridcolor: theme.grid,
        zeroline: false
      },
      yaxis: {
        title: { text: trans.__('share of the greatest') },
        gridcolor: theme.grid,
        type: 'log',
        exponentformat: 'power',
        dtick: 1
      }
    },
    summary: distanceSummary(rows, context),
    table: tableOf([trans.__('edges in between'), trans.__('pairs'), trans.__('mean'), trans.__('most')], () =>
      rows.map(({ distance, pairs, mean, most }) => [distance, pairs, mean, most].map((value) => cell(value, brief)))
    )
  };
}

function distanceSummary(rows: readonly { distance: number; mean: number }[], { trans }: IChartContext): string {
  const last = rows[rows.length - 1];
  return trans.__(
    'Mean sensitivity is %1 of the greatest at %2 edges and %3 at %4.',
    brief(rows[0].mean),
    rows[0].distance,
    brief(last.mean),
    last.distance
  );
}
