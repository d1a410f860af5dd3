/** @file Every kind of payload that the extension draws. A new kind is a file here and one line. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload, PayloadOf } from '@switchyard/kernel-lib/protocol';
import type { IFinding, IHealthLimits } from '../base/health';
import { healthLine } from '../base/health';
import { stepWords } from '../base/runState';
import { choices } from './choices';
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
  'pruning-groups': pruningGroups,
  choices
};

/** Findings in a payload's run, in a line; empty where there are none. */
export function healthWords(payload: Payload, limits: IHealthLimits, trans: TranslationBundle): string {
  return healthLine(healthOf(payload, limits), trans);
}

/** Findings in a payload's run. */
export function healthOf(payload: Payload, limits: IHealthLimits): IFinding[] {
  return kindOf(payload).health?.(payload.data, limits) ?? [];
}

/** Record of this payload's kind. */
export function kindOf<P extends Payload>(payload: P): IKind<P> {
  return KINDS[payload.kind] as unknown as IKind<P>;
}

/** How far a run is, in the words of its kind: "step 3 of 9", "trial 3 of 9". */
export function progressOf(payload: Payload, trans: TranslationBundle): string {
  return kindOf(payload).progress?.(payload.source, trans) ?? stepWords(payload.source, trans);
}
