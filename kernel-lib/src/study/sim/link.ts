import { expectNumber, fail } from '../../base/core';

/** Cost of sending on a link or through a port: `latency + bytes / bandwidth`, the alpha-beta model. */
export interface Link {
  /** Of each message, alpha; seconds. */
  latency: number;
  /** 1 / beta; bytes a second. */
  bandwidth: number;
}

/** A measured transfer, or any work whose time grows with its size. */
export interface Measurement {
  /** Bytes sent (tokens computed). */
  size: number;
  seconds: number;
}

/** A line through measurements. */
export interface LinearCost {
  /** Time at size 0; seconds. */
  fixed: number;
  /** Seconds for each unit of size. */
  perUnit: number;
}

/** Seconds that `messages` messages of `bytes` bytes in all take, one after the other. */
export function transferSeconds({ latency, bandwidth }: Link, bytes: number, messages = 1): number {
  return messages * latency + bytes / bandwidth;
}

/** @throws {SwitchyardError} where the latency is negative or the bandwidth not above 0. */
export function checkLink(where: string, name: string, { latency, bandwidth }: Link): void {
  expectNumber(where, `${name}.latency`, latency, 0);
  if (!(bandwidth > 0)) {
    fail(where, `${name}.bandwidth must be more than 0 bytes a second`, bandwidth);
  }
}

/**
 * The line of least squares through measured times, neither part below 0: how a profile of a real machine becomes an
 * input of these models.
 *
 * @throws {SwitchyardError} where there are fewer than two different sizes.
 */
export function fitLinearCost(measurements: readonly Measurement[]): LinearCost {
  if (new Set(measurements.map(({ size }) => size)).size < 2) {
    fail('sim.fitLinearCost', 'takes measurements of at least two sizes', measurements.length);
  }
  const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
  const size = mean(measurements.map((m) => m.size));
  const seconds = mean(measurements.map((m) => m.seconds));
  const spread = mean(measurements.map((m) => (m.size - size) ** 2));
  const slope = mean(measurements.map((m) => (m.size - size) * (m.seconds - seconds))) / spread;
  const perUnit = Math.max(0, slope);
  const fixed = seconds - perUnit * size;
  if (fixed >= 0) {
    return { fixed, perUnit };
  }
  // Through the origin: the best of the lines that are allowed.
  const squares = mean(measurements.map((m) => m.size ** 2));
  return { fixed: 0, perUnit: Math.max(0, mean(measurements.map((m) => m.size * m.seconds)) / squares) };
}
