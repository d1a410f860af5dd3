import type { LayerRouting, RoutingData } from '../../../protocol';
import { decimals, percent } from '../../format';
import { textTable } from '../../texts/textTable';
import { scalarLine } from '../../texts/scalarLine';

const COLUMNS: [string, (layer: LayerRouting) => string][] = [
  ['layer', (layer) => layer.path],
  ['router', (layer) => layer.router],
  ['k of E', (layer) => `${layer.k} of ${layer.numExperts}`],
  ['MaxVio', (layer) => decimals(layer.maxVio)],
  ['CV', (layer) => decimals(layer.cv)],
  ['entropy', (layer) => decimals(layer.entropy)],
  ['in use', (layer) => percent(layer.effectiveExperts)],
  ['dead', (layer) => percent(layer.deadFraction)],
  ['dropped', (layer) => percent(layer.dropped)]
];

/** A row for each layer, and the latest scalars. */
export function routingText({ layers, omittedLayers = 0, history }: RoutingData): string[] {
  return [...table(layers, omittedLayers), ...scalarLine(history.scalars)];
}

function table(layers: readonly LayerRouting[], omitted: number): string[] {
  if (layers.length === 0) {
    return ['no routed layer has run yet'];
  }
  const rows = [COLUMNS.map(([name]) => name), ...layers.map((layer) => COLUMNS.map(([, cell]) => cell(layer)))];
  const lines = textTable(rows, 2);
  return omitted > 0 ? [...lines, `${omitted} more layers`] : lines;
}
