import type { Payload } from '../../protocol';
import { depthUsageText } from './depthUsage';
import { graphRewiringText } from './graphRewiring';
import { masksText } from './masks';
import { mergeTreeText } from './mergeTree';
import { paretoText } from './pareto';
import { routerConfidenceText } from './routerConfidence';
import { routingText } from './routing';
import { scalarLine } from './scalarLine';
import { timelineText } from './timeline';

/** The lines of text that say each kind of payload. A new kind is one line here. */
export const TEXTS: { [K in Payload['kind']]: (data: Extract<Payload, { kind: K }>['data']) => string[] } = {
  routing: routingText,
  training: ({ scalars }) => scalarLine(scalars),
  'depth-usage': depthUsageText,
  'router-confidence': routerConfidenceText,
  masks: masksText,
  'merge-tree': mergeTreeText,
  pareto: paretoText,
  'graph-rewiring': graphRewiringText,
  timeline: timelineText
};
