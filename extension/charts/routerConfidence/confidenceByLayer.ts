/** @file How sure the router of each layer is of its first choice: a histogram for each layer, as colour. */
import type { RouterConfidencePayload } from '@switchyard/kernel-lib/protocol';
import { meanAgreement } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { binName, confidenceAxis } from './bins';
import type { IChartContext, IFigure } from '../figure';
import { layerAxis, layerMark, rowsHeight } from '../layers';
import { omittedSentence } from '../legend';
import { barLength, barTitle, baseLayout, fixedMargin, shareColours, sharePositions } from '../load';
import { layerLabels, percent, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Around the plot: the layers' axis, and above it the bar of colours; pixels. */
const MARGIN = { l: 46, r: 8, t: 42, b: 40 };

/** Rows are layers, columns bins of confidence; z is the share of tokens, [L][B], with each layer's mean marked. */
export function confidenceByLayer(payload: RouterConfidencePayload, context: IChartContext): IFigure | null {
  const { layers, reference, omitted } = payload.data;
  if (layers.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const labels = layerLabels(payload.data.layers);
  const means = layers.map(({ mean }) => mean);
  const known = means.flatMap((mean) => (mean === null ? [] : [mean]));
  const compared = reference === '' ? [] : [trans.__('same choice as %1', reference)];
  return {
    data: [heatmap(payload, labels, context), meanMarks(means, labels, context)],
    layout: {
      ...baseLayout(theme, MARGIN.t + MARGIN.b + rowsHeight(layers.length, 20, 320)),
      margin: fixedMargin(MARGIN),
      shapes: layerMark(context, layers.length),
      xaxis: confidenceAxis(context, MARGIN.l + MARGIN.r),
      yaxis: layerAxis(labels, trans.__('layer'))
    },
    summary:
      trans.__(
        'How sure the routers of %1 layers are of their first choice: on average between %2 and %3.',
        layers.length,
        percent(known.length > 0 ? Math.min(...known) : null),
        percent(known.length > 0 ? Math.max(...known) : null)
      ) + omittedSentence(omitted, trans),
    table: tableOf([trans.__('layer'), trans.__('router'), trans.__('mean confidence'), ...compared], () =>
      layers.map((layer, i) => [
        ...[labels[i], layer.router, cell(layer.mean, percent)],
        ...compared.map(() => cell(meanAgreement(layer), percent))
      ])
    ),
    pick: ({ y }) => ({ layer: Number(y) })
  };
}

function heatmap({ data }: RouterConfidencePayload, labels: string[], context: IChartContext): Data {
  const { theme, trans } = context;
  const { edges, layers } = data;
  const words = (layer: number, bin: number): string =>
    trans.__(
      'layer %1, confidence %2: %3 of tokens',
      labels[layer],
      binName(edges, bin),
      percent(layers[layer].tokens[bin])
    );
  return {
    type: 'heatmap',
    z: sharePositions(layers.map(({ tokens }) => tokens)),
    // Edges, not centres: bins may differ in width.
    x: edges,
    y: layers.map((_, i) => i),
    ...shareColours(theme, {
      title: barTitle([trans.__('share of tokens')], context, MARGIN),
      length: barLength(context, MARGIN)
    }),
    ygap: 1,
    hoverinfo: 'text',
    text: layers.map(({ tokens }, layer) => tokens.map((_, bin) => plainText(words(layer, bin))))
  } as unknown as Data;
}

function meanMarks(means: (number | null)[], labels: string[], { theme, trans }: IChartContext): Data {
  return {
    type: 'scatter',
    mode: 'markers',
    x: means,
    y: means.map((_, i) => i),
    marker: { symbol: 'diamond', size: 8, color: theme.background, line: { color: theme.text, width: 1.5 } },
    hoverinfo: 'text',
    text: means.map((mean, i) => plainText(trans.__('layer %1: %2 on average', labels[i], percent(mean))))
  } as Data;
}
