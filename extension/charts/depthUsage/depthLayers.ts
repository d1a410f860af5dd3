/** @file Labels of the layers in which a token chooses between modules. */
import type { DepthUsageData } from '@switchyard/kernel-lib/protocol';
import { layerLabels } from '../text';

export function depthLayers({ layers }: DepthUsageData): string[] {
  return layerLabels(layers.map((path) => ({ path })));
}
