import type { Payload, PayloadOf } from '../../protocol';
import { boundChoices } from './choices/bound';
import { choicesPicture } from './choices/picture';
import { choicesText } from './choices/text';
import { boundDepthUsage } from './depthUsage/bound';
import { depthUsagePicture } from './depthUsage/picture';
import { depthUsageText } from './depthUsage/text';
import { boundGraphRewiring } from './graphRewiring/bound';
import { graphRewiringPicture } from './graphRewiring/picture';
import { graphRewiringText } from './graphRewiring/text';
import { boundLayerAmounts } from './layerAmounts/bound';
import { layerAmountsPicture } from './layerAmounts/picture';
import { layerAmountsText } from './layerAmounts/text';
import { boundMasks } from './masks/bound';
import { masksPicture } from './masks/picture';
import { masksText } from './masks/text';
import { boundMergeTree } from './mergeTree/bound';
import { mergeTreePicture } from './mergeTree/picture';
import { mergeTreeText } from './mergeTree/text';
import { boundPareto } from './pareto/bound';
import { paretoPicture } from './pareto/picture';
import { paretoText } from './pareto/text';
import { boundPruningGroups } from './pruningGroups/bound';
import { pruningGroupsPicture } from './pruningGroups/picture';
import { pruningGroupsText } from './pruningGroups/text';
import { boundRouterConfidence } from './routerConfidence/bound';
import { routerConfidencePicture } from './routerConfidence/picture';
import { routerConfidenceText } from './routerConfidence/text';
import { boundRouting } from './routing/bound';
import { routingPicture } from './routing/picture';
import { routingText } from './routing/text';
import { boundTimeline } from './timeline/bound';
import { timelinePicture } from './timeline/picture';
import { timelineText } from './timeline/text';
import { boundTraining } from './training/bound';
import { trainingPicture } from './training/picture';
import { trainingText } from './training/text';
import { boundTrial } from './trial/bound';
import { trialPicture } from './trial/picture';
import { trialText } from './trial/text';
import type { ShownKind } from './shownKind';

/** How each kind of payload is shown. A new kind is a folder here and one line. */
const KINDS: { readonly [Kind in Payload['kind']]: ShownKind<Kind> } = {
  routing: { bound: boundRouting, picture: routingPicture, text: routingText },
  training: { bound: boundTraining, picture: trainingPicture, text: trainingText },
  'depth-usage': { bound: boundDepthUsage, picture: depthUsagePicture, text: depthUsageText },
  'router-confidence': { bound: boundRouterConfidence, picture: routerConfidencePicture, text: routerConfidenceText },
  masks: { bound: boundMasks, picture: masksPicture, text: masksText },
  'merge-tree': { bound: boundMergeTree, picture: mergeTreePicture, text: mergeTreeText },
  pareto: { bound: boundPareto, picture: paretoPicture, text: paretoText },
  'graph-rewiring': { bound: boundGraphRewiring, picture: graphRewiringPicture, text: graphRewiringText },
  timeline: { bound: boundTimeline, picture: timelinePicture, text: timelineText },
  trial: { bound: boundTrial, picture: trialPicture, text: trialText },
  'layer-amounts': { bound: boundLayerAmounts, picture: layerAmountsPicture, text: layerAmountsText },
  'pruning-groups': { bound: boundPruningGroups, picture: pruningGroupsPicture, text: pruningGroupsText },
  choices: { bound: boundChoices, picture: choicesPicture, text: choicesText }
};

/** How this payload is shown. */
export function shownKind<Kind extends Payload['kind']>(payload: PayloadOf<Kind>): ShownKind<Kind> {
  return KINDS[payload.kind as Kind];
}
