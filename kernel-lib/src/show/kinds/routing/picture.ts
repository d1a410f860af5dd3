import type { RoutingData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { loadHeatmap } from './loadHeatmap';
import { lossLines } from '../../pictures/lossLines';
import { maxVioLines } from './maxVioLines';
import { COLUMN, WIDTH } from '../../pictures/sizes';

/** The load of every expert in every layer, MaxVio and loss over time. */
export function routingPicture(data: RoutingData, tools: Drawing): (Element | null)[][] {
  const { history, layers } = data;
  if (layers.length === 0) {
    return [[lossLines(history, WIDTH, tools)]];
  }
  return [[loadHeatmap(data, tools)], [maxVioLines(data, COLUMN, tools), lossLines(history, COLUMN, tools)]];
}
