/** Text of each example by file name. */
export function examples(): Record<string, string>;

export interface RunShape {
  seed: number;
  layers: number;
  numExperts: number;
  k: number;
  steps: number;
  sampled: number;
  domains: string[];
  final?: boolean;
  rich?: boolean;
}

/** A simulated run as a routing payload, of any size: not bounded. */
export function routing(shape: RunShape): unknown;
