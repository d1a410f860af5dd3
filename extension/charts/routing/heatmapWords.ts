/** @file The heatmap of layers and experts in words and as a table. */
import type { LayerRouting, Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { IExpertMeasure } from './expertMeasure';
import type { IChartContext } from '../figure';
import { cell, tableOf, type ITable } from '../../base/table';
import { maxVioBound } from './layerBounds';
import { brief, expertNames, layerLabels } from '../text';

/**
 * A row a layer: its metrics with the bound of MaxVio, then the measure of each expert as the payload has it. Made when it
 * is read: there may be thousands of numbers.
 */
export function heatmapTable(
  layers: readonly LayerRouting[],
  measure: IExpertMeasure,
  { trans }: IChartContext
): ITable {
  const labels = layerLabels(layers);
  const widest = layers.reduce((a, b) => (b.numExperts > a.numExperts ? b : a));
  const metrics = [trans.__('entropy'), trans.__('MaxVio'), trans.__('bound of MaxVio')];
  return tableOf([trans.__('layer'), ...metrics, ...expertNames(widest, trans)], () =>
    layers.map((layer, i) => [
      labels[i],
      ...[layer.entropy, layer.maxVio, maxVioBound(layer)].map((metric) => cell(metric, brief)),
      ...measure.values[i].map((value) => cell(value, measure.cell))
    ])
  );
}

/** Cells that stand out, and the expert that was chosen. */
export function heatmapSummary(payload: RoutingPayload, measure: IExpertMeasure, context: IChartContext): string {
  const { layers } = payload.data;
  const { trans, layer, expert } = context;
  const labels = layerLabels(layers);
  const shown = trans.__(
    '%1 of %2 layers with %3 experts at step %4.',
    measure.title,
    layers.length,
    layers[0].numExperts,
    payload.source.step
  );
  const { row, column, value } = greatest(measure.shown);
  const most = measure.most(expertNames(layers[row], trans)[column], labels[row], value);
  const chosen = expert === null ? undefined : measure.values.at(layer)?.[expert];
  const mark =
    chosen === undefined
      ? []
      : [
          trans.__(
            'Chosen is %1 of layer %2: %3.',
            expertNames(layers[layer], trans)[expert as number],
            labels[layer],
            measure.cell(chosen)
          )
        ];
  return [shown, most, ...mark].join(' ');
}

/** The greatest of a table of numbers; the first of equals. */
function greatest(rows: readonly (readonly Numeric[])[]): { row: number; column: number; value: number } {
  let most = { row: 0, column: 0, value: 0 };
  rows.forEach((values, row) =>
    values.forEach((value, column) => {
      most = value !== null && value > most.value ? { row, column, value } : most;
    })
  );
  return most;
}
