import { expectInteger, expectNumber } from '../../base/core';

/** Options of `moe.capacityThreshold`. */
export interface CapacityThresholdOptions {
  /** Width of a token, D; at least 2. */
  width: number;
  /** T. */
  numTokens: number;
  /** Largest angle between an expert's column of the router and a token that it is to take, in radians; 0..pi. */
  angle: number;
}

/**
 * The capacity at which no expert drops a token within an angle of its column of the router, tokens being spread evenly over
 * all directions: `T A(angle)` rounded up, with A the share of the sphere that lies within the angle,
 * `int_0^angle sin^(D-2) / int_0^pi sin^(D-2)` (the threshold of LocMoE, arXiv 2401.13920, there by a bound; here exactly). Divided by
 * `T K / E` it is the capacity factor of `moe.layer`.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function capacityThreshold({ width, numTokens, angle }: CapacityThresholdOptions): number {
  expectInteger('moe.capacityThreshold', 'width', width, 2);
  expectInteger('moe.capacityThreshold', 'numTokens', numTokens, 1);
  expectNumber('moe.capacityThreshold', 'angle', angle, 0, Math.PI);
  const density = (at: number): number => Math.sin(at) ** (width - 2);
  const share = integral(density, 0, angle) / integral(density, 0, Math.PI);
  return Math.max(0, Math.ceil(numTokens * share - 1e-6));
}

// Simpson's rule.
function integral(f: (x: number) => number, from: number, to: number, pieces = 2000): number {
  const step = (to - from) / pieces;
  let sum = f(from) + f(to);
  for (let i = 1; i < pieces; i++) {
    sum += (i % 2 === 1 ? 4 : 2) * f(from + i * step);
  }
  return (sum * step) / 3;
}
