import { meanUsage } from '../../../protocol';
import type { DepthUsageData } from '../../../protocol';
import { percent } from '../../format';
import { firstRows } from '../../texts/firstRows';

/** The share of each module by layer, and cost against budget. */
export function depthUsageText(data: DepthUsageData): string[] {
  const { layers, modules, usage, cost, budget, omitted } = data;
  const rows = layers.map((layer, i) => [layer, ...usage[i].map(percent)]);
  const table = firstRows({ head: ['layer', ...modules], rows, left: 1, of: 'layers', omitted });
  const mean = meanUsage(data).map((share, m) => `${modules[m]} ${percent(share)}`);
  const limit = budget === null ? '' : `, budget ${percent(budget)}`;
  return [...table, `all layers: ${mean.join(', ')}`, `cost ${percent(cost)} of the costliest modules${limit}`];
}
