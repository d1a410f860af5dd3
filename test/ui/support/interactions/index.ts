/** What a reader does with a panel, one function each: every one begins wherever the one before it ended. */
import { choosesInHeatmap, walksTabs } from './choice';
import { followsTheme, opensAndCloses, resizes } from './place';
import { replays } from './replay';
import { savesPictures } from './saving';
import type { IScene } from './scene';
import { usesSidebar } from './sidebar';
import { comparesSteps, searchesTokens, walksAllLayers } from './tokens';
import { zoomsSteps } from './zoom';

export const INTERACTIONS: Readonly<Record<string, (scene: IScene) => Promise<void>>> = {
  'layer and expert chosen in the heatmap': choosesInHeatmap,
  tabs: walksTabs,
  'steps zoomed by dragging': zoomsSteps,
  'the run replayed': replays,
  'a text searched': searchesTokens,
  'two steps compared': comparesSteps,
  'all layers as rows': walksAllLayers,
  'the panel closed and opened': opensAndCloses,
  'the panel resized': resizes,
  'a picture saved': savesPictures,
  'the theme changed': followsTheme,
  'the sidebar': usesSidebar
};

export { asksAfterTheEnd, control, asksWhyAnExpert, pausesAndSteps, probes, resumesAndStops } from './control';
export { expectLook, lookAround, lookOf } from './look';
export { savesByKeys } from './saving';
export type { IScene, ScenePage } from './scene';
export { expertOf, layerOf, showTab } from './scene';
