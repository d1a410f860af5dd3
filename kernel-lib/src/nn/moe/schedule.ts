import { expectInteger, expectOneOf, fail } from '../../base/core';
import { floor } from '../../base/math';

/** How the number of experts of a token goes from the first layer to the last. */
export type ScheduleShape = 'uniform' | 'descending' | 'ascending' | 'pyramid' | 'valley' | 'wave';

const SHAPES: Record<ScheduleShape, (at: number) => number> = {
  uniform: () => 0.5,
  descending: (at) => 1 - at,
  ascending: (at) => at,
  pyramid: (at) => 1 - Math.abs(2 * at - 1),
  valley: (at) => Math.abs(2 * at - 1),
  wave: (at) => 0.5 + 0.5 * Math.sin(2 * Math.PI * 1.5 * at)
};

/** Options of `moe.schedule`. */
export interface ScheduleOptions {
  shape: ScheduleShape;
  /** L. */
  layers: number;
  /** Experts of a token, summed over the layers; the same total for every shape makes them comparable. L..L * kMax. */
  total: number;
  /** Most experts of a token in one layer: not above the layers' number of experts. */
  kMax: number;
}

/**
 * K for each layer (DynaMoE, its six schedules; the wave has one and a half periods): the shape is scaled between 1 and
 * `kMax` as far as `total` allows, then rounded so that the sum is `total` exactly. Use it with
 * `models.moeTransformer({ router: (block) => routers.topK({ k: ks[block] }), ... })`.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function schedule({ shape, layers, total, kMax }: ScheduleOptions): number[] {
  expectOneOf('moe.schedule', 'shape', shape, Object.keys(SHAPES) as ScheduleShape[]);
  expectInteger('moe.schedule', 'layers', layers, 1);
  expectInteger('moe.schedule', 'kMax', kMax, 1);
  if (!Number.isInteger(total) || total < layers || total > layers * kMax) {
    fail('moe.schedule', `total must be an integer ${layers}..${layers * kMax}`, total);
  }
  const heights = Array.from({ length: layers }, (_, i) => SHAPES[shape](layers === 1 ? 0.5 : i / (layers - 1)));
  return roundToSum(scaleToSum(heights, total, kMax), total, kMax);
}

// Heights around the mean that is asked for, as steep as 1..kMax allows.
function scaleToSum(heights: number[], total: number, kMax: number): number[] {
  const mean = total / heights.length;
  const centre = heights.reduce((a, b) => a + b, 0) / heights.length;
  const offsets = heights.map((height) => height - centre);
  const up = Math.max(...offsets, 1e-12);
  const down = Math.max(...offsets.map((offset) => -offset), 1e-12);
  const slope = Math.min((kMax - mean) / up, (mean - 1) / down);
  return offsets.map((offset) => mean + (up > 1e-9 ? slope * offset : 0));
}

// Largest remainders first; of equals, the earlier layer.
function roundToSum(values: number[], total: number, kMax: number): number[] {
  const out = values.map((value) => Math.min(kMax, floor(value)));
  const order = values.map((_, i) => i).sort((a, b) => values[b] - out[b] - (values[a] - out[a]) || a - b);
  let missing = total - out.reduce((a, b) => a + b, 0);
  for (let at = 0; missing > 0; at = (at + 1) % order.length) {
    if (out[order[at]] < kMax) {
      out[order[at]]++;
      missing--;
    }
  }
  return out;
}
