import { expectInteger, expectOneOf, fail } from '../../base/core';

/** Options of `sim.placeExperts`. */
export interface PlacementOptions {
  /** Work of each expert, in any unit; [E]. */
  load: ArrayLike<number>;
  numDevices: number;
  /** Experts that fit on a device. Default: ceil(E / numDevices). */
  slots?: number;
  /**
   * "contiguous": experts in order, in equal blocks. "balanced": the heaviest first, each to the device with least work
   * that has room (Graham's longest processing time), then swaps while one makes the busiest device less busy. Default "balanced".
   */
  strategy?: 'contiguous' | 'balanced';
}

/** Placement of experts on devices. */
export interface Placement {
  /** Device of each expert; [E]. */
  deviceOf: Int32Array;
  /** Work of each device; [P]. */
  load: Float64Array;
  /** Work of the busiest device over the mean; 1 is balanced. */
  imbalance: number;
}

/** Puts experts on devices. @throws {SwitchyardError} where they do not fit, or a load is negative. */
export function placeExperts(options: PlacementOptions): Placement {
  const { load, numDevices, strategy = 'balanced' } = options;
  const numExperts = load.length;
  expectInteger('sim.placeExperts', 'numDevices', numDevices, 1);
  expectInteger('sim.placeExperts', 'the number of loads', numExperts, 1);
  const { slots = Math.ceil(numExperts / numDevices) } = options;
  expectInteger('sim.placeExperts', 'slots', slots, Math.ceil(numExperts / numDevices));
  expectOneOf('sim.placeExperts', 'strategy', strategy, ['contiguous', 'balanced']);
  const negative = Array.from(load).find((work) => !(work >= 0));
  if (negative !== undefined) {
    fail('sim.placeExperts', 'load must be numbers of at least 0', negative);
  }
  const contiguous = (): Int32Array =>
    Int32Array.from({ length: numExperts }, (_, e) => Math.floor((e * numDevices) / numExperts));
  const deviceOf = strategy === 'contiguous' ? contiguous() : balanced(load, numDevices, slots);
  const work = workOf(deviceOf, load, numDevices);
  const total = work.reduce((sum, w) => sum + w, 0);
  return { deviceOf, load: work, imbalance: (Math.max(...work) * numDevices) / total };
}

function balanced(load: ArrayLike<number>, numDevices: number, slots: number): Int32Array {
  const deviceOf = new Int32Array(load.length);
  const work = new Float64Array(numDevices);
  const used = new Int32Array(numDevices);
  const heaviestFirst = Array.from(deviceOf.keys()).sort((a, b) => load[b] - load[a]);
  for (const expert of heaviestFirst) {
    const open = Array.from(work.keys()).filter((device) => used[device] < slots);
    const device = open.reduce((best, d) => (work[d] < work[best] ? d : best));
    deviceOf[expert] = device;
    work[device] += load[expert];
    used[device]++;
  }
  while (swapOnce(deviceOf, load, work)) {
    // Each swap lowers the sum of squares, so this ends.
  }
  return deviceOf;
}

/** Exchanges an expert of the busiest device for a lighter one elsewhere, where both devices end below its work now. */
function swapOnce(deviceOf: Int32Array, load: ArrayLike<number>, work: Float64Array): boolean {
  const busiest = work.indexOf(Math.max(...work));
  for (let a = 0; a < deviceOf.length; a++) {
    for (let b = 0; b < deviceOf.length && deviceOf[a] === busiest; b++) {
      const other = deviceOf[b];
      const less = load[a] - load[b];
      if (other !== busiest && less > 0 && work[other] + less < work[busiest] * (1 - 1e-12)) {
        [deviceOf[a], deviceOf[b]] = [other, busiest];
        work[busiest] -= less;
        work[other] += less;
        return true;
      }
    }
  }
  return false;
}

function workOf(deviceOf: Int32Array, load: ArrayLike<number>, numDevices: number): Float64Array {
  const work = new Float64Array(numDevices);
  deviceOf.forEach((device, expert) => (work[device] += load[expert]));
  return work;
}
