/** @file Every kind of payload that the extension draws. A new kind is a file here and one line. */
import type { Payload, PayloadOf } from '@switchyard/kernel-lib/protocol';
import type { IFinding, IHealthLimits } from '../base/health';
import { depthUsage } from './depthUsage';
import { graphRewiring } from './graphRewiring';
import { layerAmounts } from './layerAmounts';
import { masks } from './masks';
import { mergeTree } from './mergeTree';
import { pareto } from './pareto';
import { pruningGroups } from './pruningGroups';
import { routerConfidence } from './routerConfidence';
import { routing } from './routing';
import { timeline } from './timeline';
import { training } from './training';
import { trial } from './trial';
import type { IKind } from './kind';

export const KINDS: { readonly [Kind in Payload['kind']]: IKind<PayloadOf<Kind>> } = {
  routing,
  training,
  'depth-usage': depthUsage,
  'router-confidence': routerConfidence,
  pareto,
  masks,
  'merge-tree': mergeTree,
  'graph-rewiring': graphRewiring,
  timeline,
  trial,
  'layer-amounts': layerAmounts,
  'pruning-groups': pruningGroups
};

/** What has gone wrong in a payload's run. */
export function healthOf(payload: Payload, limits: IHealthLimits): IFinding[] {
  return kindOf(payload).health?.(payload.data, limits) ?? [];
}

/** Record of this payload's kind. */
export function kindOf<P extends Payload>(payload: P): IKind<P> {
  return KINDS[payload.kind] as unknown as IKind<P>;
}
