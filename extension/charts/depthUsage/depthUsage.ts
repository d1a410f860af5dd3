/** @file Which part of the tokens took each module, layer by layer, and what that cost against the budget. */
import type { DepthUsagePayload } from '@switchyard/kernel-lib/protocol';
import { meanUsage } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data, Layout, Shape } from 'plotly.js';
import { amountColours, seriesColour } from '../amounts';
import { depthLayers } from './depthLayers';
import type { IChartContext, IFigure } from '../figure';
import { figureWidth, fitting, isNarrow } from '../fitting';
import { layerAxis, layerMark, rowsHeight } from '../layers';
import { legendAbove, moreRows, omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { percent, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Heights in pixels: the bar of cost, and the gap above it. */
const COST = 22;
const GAP = 38;
/** The layers' axis. */
const LEFT = 46;

/** Stacked bars, one a layer, of the share of each module; below, cost and budget on the same scale. */
export function depthUsage(payload: DepthUsagePayload, context: IChartContext): IFigure | null {
  const { layers, modules, usage, cost, budget, omitted } = payload.data;
  if (layers.length === 0) {
    return null;
  }
  const { trans } = context;
  const labels = depthLayers(payload.data);
  const mean = meanUsage(payload.data);
  const limit = budget === null ? '' : trans.__(', budget %1', percent(budget));
  const spent = cost === null ? '' : ` ${trans.__('Cost is %1 of the costliest modules%2.', percent(cost), limit)}`;
  return {
    data: [...bars(payload, labels, context), ...costBar(payload, context)],
    layout: layout(payload, labels, context),
    summary:
      trans.__(
        'Over %1 layers: %2.',
        layers.length,
        modules.map((name, m) => `${name} ${percent(mean[m])}`).join(', ')
      ) +
      spent +
      omittedSentence(omitted, trans),
    table: tableOf([trans.__('layer'), ...modules], () => [
      ...labels.map((label, i) => [label, ...usage[i].map((share) => cell(share, percent))]),
      [trans.__('all layers'), ...mean.map((share) => cell(share, percent))]
    ]),
    pick: ({ trace, y }) => (trace < modules.length ? { layer: Number(y) } : {})
  };
}

function bars({ data }: DepthUsagePayload, labels: string[], { theme, trans }: IChartContext): Data[] {
  const { modules, usage, flops } = data;
  const colours = amountColours(modules.length, theme.colours);
  const operations = (layer: number, m: number): string =>
    flops.length === 0 || flops[layer][m] === null ? '' : trans.__(', %1 operations a token', flops[layer][m]);
  return modules.map(
    (name, m) =>
      ({
        type: 'bar',
        orientation: 'h',
        name: plainText(name),
        x: usage.map((row) => row[m]),
        y: usage.map((_, layer) => layer),
        marker: { color: colours[m], line: { color: theme.grid, width: 0.5 } },
        hoverinfo: 'text',
        text: usage.map((row, layer) =>
          plainText(
            trans.__('layer %1, %2: %3 of tokens%4', labels[layer], name, percent(row[m]), operations(layer, m))
          )
        ),
        textposition: 'none'
      }) as unknown as Data
  );
}

function costBar({ data }: DepthUsagePayload, { theme, trans }: IChartContext): Data[] {
  const { cost, budget } = data;
  if (cost === null) {
    return [];
  }
  const words = trans.__('cost %1 of the costliest modules', percent(cost));
  const limit = budget === null ? '' : trans.__(', budget %1', percent(budget));
  const bar = {
    type: 'bar',
    orientation: 'h',
    x: [cost],
    y: [0],
    yaxis: 'y2',
    marker: { color: seriesColour(budget !== null && cost > budget ? 1 : 2, theme.colours) },
    showlegend: false,
    hoverinfo: 'text',
    text: [words + limit],
    textposition: 'none'
  };
  return [bar as unknown as Data];
}

function layout({ data }: DepthUsagePayload, labels: string[], context: IChartContext): Partial<Layout> {
  const { theme, trans } = context;
  const { layers, cost, budget } = data;
  const rows = rowsHeight(layers.length, 20, 320);
  const below = cost === null ? 0 : COST + GAP;
  const margin = { l: LEFT, r: 20, t: 26, b: 34 };
  const bottom = below / (rows + below);
  return {
    ...baseLayout(theme, rows + below + margin.t + margin.b + moreRows(data.modules, context)),
    ...legendAbove(theme),
    margin,
    barmode: 'stack',
    bargap: 0.2,
    shapes: [...layerMark(context, layers.length), ...budgetLine(cost, budget, theme.text)],
    annotations: costWords(data, context),
    xaxis: {
      anchor: below > 0 ? 'y2' : 'y',
      range: [0, 1],
      dtick: isNarrow(context) ? 0.5 : 0.25,
      fixedrange: true,
      tickformat: '.0%',
      gridcolor: theme.grid,
      zeroline: false
    },
    yaxis: { ...layerAxis(labels, trans.__('layer')), domain: [bottom, 1] },
    yaxis2: {
      domain: [0, COST / (rows + below || 1)],
      range: [-0.5, 0.5],
      visible: false,
      fixedrange: true
    }
  };
}

function budgetLine(cost: number | null, budget: number | null, color: string): Partial<Shape>[] {
  if (cost === null || budget === null) {
    return [];
  }
  const place = { x0: budget, x1: budget, y0: -0.7, y1: 0.7 };
  return [{ type: 'line', xref: 'x', yref: 'y2', ...place, line: { color, width: 2, dash: 'dot' } }];
}

/** Cost and budget in words, above their bar. */
function costWords(
  { cost, budget, layers }: DepthUsagePayload['data'],
  context: IChartContext
): Partial<Annotations>[] {
  const { theme, trans } = context;
  if (cost === null) {
    return [];
  }
  const rows = rowsHeight(layers.length, 20, 320);
  const forms =
    budget === null
      ? [trans.__('cost %1 of the costliest modules', percent(cost)), trans.__('cost %1', percent(cost))]
      : [
          trans.__('cost %1 of the costliest modules, budget %2 (dotted)', percent(cost), percent(budget)),
          trans.__('cost %1, budget %2 (dotted)', percent(cost), percent(budget)),
          trans.__('cost %1, budget %2', percent(cost), percent(budget))
        ];
  return [
    {
      xref: 'paper',
      yref: 'paper',
      x: 0,
      y: (COST + 2) / (rows + COST + GAP),
      xanchor: 'left',
      yanchor: 'bottom',
      showarrow: false,
      text: fitting(forms, figureWidth(context) - LEFT),
      font: { size: 11, color: theme.text }
    }
  ];
}
