import type { Payload } from '../../protocol';
import type { Drawing } from '../drawing';
import { depthUsagePicture } from './depthUsage';
import { graphRewiringPicture } from './graphRewiring';
import { lossLines } from './lossLines';
import { masksPicture } from './masks';
import { mergeTreePicture } from './mergeTree';
import { paretoPicture } from './pareto';
import { routerConfidencePicture } from './routerConfidence';
import { routingPicture } from './routing';
import { WIDTH } from './sizes';
import { timelinePicture } from './timeline';

/** Rows of parts, each part an SVG element with its height; null where there is nothing to draw. */
export type Picture = (Element | null)[][];

/** How each kind of payload is drawn. A new kind is one line here. */
export const PICTURES: {
  [K in Payload['kind']]: (data: Extract<Payload, { kind: K }>['data'], tools: Drawing) => Picture;
} = {
  routing: routingPicture,
  training: (data, tools) => [[lossLines(data, WIDTH, tools)]],
  'depth-usage': depthUsagePicture,
  'router-confidence': routerConfidencePicture,
  masks: masksPicture,
  'merge-tree': mergeTreePicture,
  pareto: paretoPicture,
  'graph-rewiring': graphRewiringPicture,
  timeline: timelinePicture
};
