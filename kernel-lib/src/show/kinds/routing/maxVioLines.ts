import type { RoutingData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { lines } from '../../pictures/lines';

/** MaxVio of each layer over time. */
export function maxVioLines({ layers, history }: RoutingData, width: number, tools: Drawing): Element | null {
  const bound = Math.max(...layers.map(({ numExperts, k }) => numExperts / k - 1));
  const title = `MaxVio (0 is balanced, at most ${Number(bound.toFixed(1))})`;
  const series = layers.map(({ path }, i) => [path, history.maxVio[i]] as const);
  return lines({ title, width, steps: history.steps, series, from: 0 }, tools);
}
