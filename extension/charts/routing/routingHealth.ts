/** @file What is wrong with routed layers, and the numbers that this is read from, over the steps. */
import type { LayerRouting, Numeric, RoutingData } from '@switchyard/kernel-lib/protocol';
import type { IFinding, IHealthLimits } from '../../base/health';
import { layerLabels } from '../text';

/** Findings of a run as it is now, layer by layer. */
export function routingHealth({ layers, history }: RoutingData, limits: IHealthLimits): IFinding[] {
  const labels = layerLabels(layers);
  return layers.flatMap((layer, i) => {
    const { collapsed, dead, dropped } = limits;
    const found: IFinding[] = [];
    const has = (what: IFinding['what'], amount: number, since: number | null): void =>
      void found.push({ what, layer: labels[i], amount, since });
    const isCollapsed = (load: readonly number[]): boolean => evenness(load, layer) <= collapsed;
    if (isCollapsed(layer.load)) {
      has('collapsed', effectiveExperts(layer.load) ?? 0, sinceWhen(history.loadSteps, history.load[i], isCollapsed));
    } else if (deadExperts(layer.load) > dead * layer.numExperts) {
      // Of a collapsed layer it goes without saying.
      has('dead', deadExperts(layer.load), null);
    }
    if (layer.dropped !== null && layer.dropped > dropped) {
      has('dropped', layer.dropped, null);
    }
    return found;
  });
}

/** exp of the entropy of a load: how many experts equally used would be as even; null where nothing was routed. */
export function effectiveExperts(load: readonly number[]): Numeric {
  const total = load.reduce((sum, share) => sum + share, 0);
  const entropy = load.reduce((sum, share) => sum - (share > 0 ? (share / total) * Math.log(share / total) : 0), 0);
  return total > 0 ? Math.exp(entropy) : null;
}

/** Experts that received nothing, where others did. */
export function deadExperts(load: readonly number[]): number {
  return load.some((share) => share > 0) ? load.filter((share) => share === 0).length : 0;
}

/** Way from k experts in use, 0, to all of them, 1; Infinity where nothing was routed, or there is no choice. */
function evenness(load: readonly number[], { numExperts, k }: LayerRouting): number {
  const used = effectiveExperts(load);
  return used === null || numExperts <= k ? Infinity : (used - k) / (numExperts - k);
}

/** The first of the steps kept from which on it was so until the last; null where it was not so then. */
function sinceWhen(
  steps: readonly number[],
  loads: readonly (readonly number[])[],
  isSo: (load: readonly number[]) => boolean
): number | null {
  let first = loads.length;
  while (first > 0 && isSo(loads[first - 1])) {
    first--;
  }
  return first < loads.length ? steps[first] : null;
}
