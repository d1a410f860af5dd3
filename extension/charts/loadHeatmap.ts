/** @file Load of every expert in every layer, as a multiple of the fair share. */
import type { LayerRouting, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import type { IChartContext, IFigure } from './figure';
import { baseLayout, expertAxis, loadCeiling, loadColours, timesFair } from './load';
import { expertName, layerLabels, percent, plainText } from './text';

/** Rows are layers in order of depth, columns experts; z is load over fair share, [L][E]. */
export function loadHeatmap(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { layers } = payload.data;
  if (layers.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const z = layers.map((layer) => layer.load.map((load) => timesFair(load, layer.numExperts)));
  const labels = layerLabels(layers);
  return {
    data: [trace(layers, z, labels, context)],
    layout: {
      ...baseLayout(theme, 70 + Math.min(260, Math.max(60, layers.length * 26))),
      xaxis: expertAxis(trans),
      yaxis: {
        title: { text: trans.__('layer'), standoff: 4 },
        fixedrange: true,
        showgrid: false,
        zeroline: false,
        autorange: 'reversed',
        tickvals: layers.map((_, i) => i),
        ticktext: labels.map(plainText)
      }
    },
    summary: summary(payload, context, z),
    table: {
      columns: [trans.__('layer'), ...layers[0].experts.map((label) => expertName(label, trans))],
      rows: layers.map((layer, i) => [labels[i], ...layer.load.map(percent)])
    }
  };
}

function trace(layers: LayerRouting[], z: number[][], labels: string[], { theme, trans }: IChartContext): Data {
  const words = (layer: LayerRouting, i: number, e: number): string =>
    trans.__(
      'layer %1, %2: %3 of assignments, %4 × fair share',
      labels[i],
      expertName(layer.experts[e], trans),
      percent(layer.load[e]),
      z[i][e].toFixed(2)
    );
  return {
    type: 'heatmap',
    z,
    y: layers.map((_, i) => i),
    x: Array.from({ length: Math.max(...layers.map((layer) => layer.numExperts)) }, (_, i) => i),
    xgap: 1,
    ygap: 1,
    hoverinfo: 'text',
    text: layers.map((layer, i) => layer.load.map((_, e) => plainText(words(layer, i, e)))),
    ...loadColours(loadCeiling(z), theme, trans.__('fair'))
  } as unknown as Data;
}

function summary(payload: RoutingPayload, { trans }: IChartContext, z: number[][]): string {
  const { layers } = payload.data;
  let worst = { ratio: 0, layer: 0, expert: 0 };
  z.forEach((row, layer) =>
    row.forEach((ratio, expert) => {
      worst = ratio > worst.ratio ? { ratio, layer, expert } : worst;
    })
  );
  return trans.__(
    'Load of %1 layers with %2 experts at step %3. The fullest is %4 of layer %5 with %6 times its fair share.',
    layers.length,
    layers[0].numExperts,
    payload.source.step,
    expertName(layers[worst.layer].experts[worst.expert], trans),
    layerLabels(layers)[worst.layer],
    worst.ratio.toFixed(2)
  );
}
