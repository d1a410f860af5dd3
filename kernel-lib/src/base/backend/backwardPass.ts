interface TapeState {
  gradientDepth: number;
  kernelDepth: number;
}

// Of each backward pass that is under way the first op that no tape knows; the innermost is last.
const lost: (string | null)[] = [];

/** Runs what gives the gradient of an op of ours, and names an op in it that has no gradient, where one is being taken of that; null where there is none. */
export function asBackwardPass<T>(f: () => T): { result: T; lost: string | null } {
  lost.push(null);
  try {
    const result = f();
    return { result, lost: lost.at(-1)! };
  } finally {
    lost.pop();
  }
}

/** Tells that an op runs past every tape. */
export function noteUntaped(op: string): void {
  if (lost.length > 0 && lost.at(-1) === null && isTapeOn()) {
    lost[lost.length - 1] = op;
  }
}

let engine: { state: unknown } | null = null;

function isTapeOn(): boolean {
  // Loaded by now, and not before what prepares for it.
  engine ??= (require('@tensorflow/tfjs') as typeof import('@tensorflow/tfjs')).engine();
  const { gradientDepth, kernelDepth } = engine.state as TapeState;
  return gradientDepth > 0 && kernelDepth === 0;
}
