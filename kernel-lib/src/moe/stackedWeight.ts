import { Parameter } from '../core';
import type { Random } from '../core';

/** One matrix for each expert, [E, In, Out]: normal with variance 1 / In, so that the output varies as the input does. */
export function stackedWeight(numExperts: number, inputs: number, outputs: number, random: Random): Parameter {
  return new Parameter(random.normal([numExperts, inputs, outputs], 0, 1 / Math.sqrt(inputs)));
}

/** "0", "1", ... for experts that differ in nothing but their weights. */
export function numberedLabels(numExperts: number): string[] {
  return Array.from({ length: numExperts }, (_, expert) => String(expert));
}
