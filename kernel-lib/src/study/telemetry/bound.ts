import type { Payload, TrainingPayload } from '../../protocol';
import { boundDepthUsage } from './bounds/depthUsage';
import { boundGraphRewiring } from './bounds/graphRewiring';
import { boundMasks } from './bounds/masks';
import { boundMergeTree } from './bounds/mergeTree';
import { boundPareto } from './bounds/pareto';
import { boundRouterConfidence } from './bounds/routerConfidence';
import { boundRouting } from './bounds/routing';
import { boundScalars } from './bounds/scalars';
import { boundTimeline } from './bounds/timeline';
import { planTraining } from './plan';

/**
 * The payload rounded, and thinned where needed, so that its JSON is at most 64 kB: histories are averaged over
 * neighbouring steps, the sample of tokens is cut (and says so), co-activation, domains, importance, labels and at last
 * whole layers are left out; other kinds lose what they can best do without, and say how much. The payload that came is not changed.
 */
export function bound<P extends Payload>(payload: P): P;
export function bound(payload: Payload): Payload {
  switch (payload.kind) {
    case 'routing':
      return boundRouting(payload);
    case 'training':
      return boundTraining(payload);
    case 'depth-usage':
      return boundDepthUsage(payload);
    case 'router-confidence':
      return boundRouterConfidence(payload);
    case 'masks':
      return boundMasks(payload);
    case 'merge-tree':
      return boundMergeTree(payload);
    case 'pareto':
      return boundPareto(payload);
    case 'graph-rewiring':
      return boundGraphRewiring(payload);
    case 'timeline':
      return boundTimeline(payload);
  }
}

function boundTraining(payload: TrainingPayload): TrainingPayload {
  return { ...payload, data: boundScalars(payload.data, planTraining(payload)) };
}
