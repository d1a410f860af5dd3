/** @file One layer: the histogram of its router's confidence, and how often it is right at each confidence. */
import type { LayerConfidence, RouterConfidencePayload } from '@switchyard/kernel-lib/protocol';
import { meanAgreement } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import { amountColours, seriesColour } from '../amounts';
import { binCentres, binName, confidenceAxis } from './bins';
import type { IChartContext, IFigure } from '../figure';
import { baseLayout } from '../load';
import { layerLabels, percent, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Heights in pixels. */
const CURVE = 150;
const HISTOGRAM = 80;
const GAP = 14;

/**
 * Above, agreement with the reference over confidence with the diagonal on which a router is as often right as it is sure;
 * below, the share of tokens in each bin. Without a reference the histogram alone.
 */
export function confidenceAgreement(payload: RouterConfidencePayload, context: IChartContext): IFigure | null {
  const { layers, edges, reference } = payload.data;
  const layer = layers.at(context.layer);
  if (layer === undefined) {
    return null;
  }
  const { trans } = context;
  const label = layerLabels(payload.data.layers)[context.layer];
  const compared = layer.agreement.length > 0;
  const agreement = compared
    ? ` ${trans.__('%1 of its choices are those of %2.', percent(meanAgreement(layer)), reference)}`
    : ` ${trans.__('There is nothing to compare it with.')}`;
  return {
    data: [
      histogram(layer, edges, context),
      ...(compared ? [diagonal(context), curve(layer, edges, reference, context)] : [])
    ],
    layout: layout(compared, reference, context),
    summary: trans.__('The router of layer %1 is %2 sure on average.', label, percent(layer.mean)) + agreement,
    table: tableOf(
      [trans.__('confidence'), trans.__('tokens'), ...(compared ? [trans.__('same as %1', reference)] : [])],
      () =>
        layer.tokens.map((share, bin) => [
          ...[binName(edges, bin), cell(share, percent)],
          ...(compared ? [cell(layer.agreement[bin], percent)] : [])
        ])
    )
  };
}

function histogram({ tokens }: LayerConfidence, edges: number[], { theme, trans }: IChartContext): Data {
  const bars = {
    type: 'bar',
    x: binCentres(edges),
    y: tokens,
    width: edges.slice(1).map((edge, i) => edge - edges[i]),
    marker: { color: amountColours(3, theme.colours)[1], line: { color: theme.background, width: 1 } },
    hoverinfo: 'text',
    text: tokens.map((share, bin) =>
      plainText(trans.__('confidence %1: %2 of tokens', binName(edges, bin), percent(share)))
    ),
    textposition: 'none'
  };
  return bars as unknown as Data;
}

function diagonal({ theme }: IChartContext): Data {
  return {
    type: 'scatter',
    mode: 'lines',
    x: [0, 1],
    y: [0, 1],
    yaxis: 'y2',
    line: { color: theme.mutedText, width: 1, dash: 'dot' },
    hoverinfo: 'skip'
  };
}

/** The larger a point, the more tokens are in its bin. */
function curve(layer: LayerConfidence, edges: number[], reference: string, { theme, trans }: IChartContext): Data {
  const most = Math.max(...layer.tokens, 1e-9);
  const colour = seriesColour(1, theme.colours);
  return {
    type: 'scatter',
    mode: 'lines+markers',
    x: binCentres(edges),
    y: layer.agreement,
    yaxis: 'y2',
    connectgaps: false,
    line: { color: colour, width: 1.5 },
    marker: { color: colour, size: layer.tokens.map((share) => 4 + 8 * Math.sqrt(share / most)) },
    hoverinfo: 'text',
    text: layer.agreement.map((share, bin) =>
      plainText(
        trans.__(
          'confidence %1: %2 of choices are those of %3 (%4 of tokens)',
          binName(edges, bin),
          percent(share),
          reference,
          percent(layer.tokens[bin])
        )
      )
    )
  } as Data;
}

function layout(compared: boolean, reference: string, context: IChartContext): Partial<Layout> {
  const { theme, trans } = context;
  const height = HISTOGRAM + (compared ? CURVE + GAP : 0);
  const margin = { l: 52, r: 10, t: 10, b: 40 };
  const axis = { fixedrange: true, gridcolor: theme.grid, zeroline: false, tickfont: { size: 10 } };
  return {
    ...baseLayout(theme, height + margin.t + margin.b),
    margin,
    bargap: 0,
    xaxis: confidenceAxis(context, margin.l + margin.r),
    yaxis: {
      ...axis,
      domain: [0, HISTOGRAM / height],
      rangemode: 'tozero',
      nticks: 4,
      tickformat: '.0%',
      title: { text: trans.__('tokens'), standoff: 2 }
    },
    yaxis2: {
      ...axis,
      domain: [compared ? (HISTOGRAM + GAP) / height : 1, 1],
      visible: compared,
      range: [0, 1.03],
      nticks: 6,
      tickformat: '.0%',
      title: { text: plainText(trans.__('same as %1', reference)), standoff: 2 }
    }
  };
}
