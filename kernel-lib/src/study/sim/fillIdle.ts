import type { LinearCost } from './link';
import type { Timeline } from './runTasks';

/** Setting of a backward pass whose gradients are sent in parts. */
export interface GradientPartition {
  /** Equal layers that the backward pass goes through. */
  layers: number;
  /** Gradients that each leaves to be summed over the nodes. */
  bytesPerLayer: number;
}

/** Time of a backward pass whose gradients are sent while it computes. */
export interface GradientOverlap {
  /** Backward time of all layers, the all-reduce included. */
  seconds: number;
  /** The same where the all-reduce waits for the end. */
  secondsWithout: number;
  /** Bytes that were sent while the link would have been idle. */
  hiddenBytes: number;
  /** Pieces that the gradients were cut into. */
  pieces: number;
}

/**
 * Sends gradients between nodes in the gaps of the backward pass, cut to fit (FSMoE's adaptive gradient partitioning, arXiv
 * 2501.10714): those of a layer are ready when its backward pass ends, and what does not fit is sent at the end.
 */
export function fillIdle(backward: Timeline, link: LinearCost, partition: GradientPartition): GradientOverlap {
  const { layers, bytesPerLayer } = partition;
  const gaps = idleGaps(backward);
  let pending = 0;
  let pieces = 0;
  for (let layer = 0; layer < layers; layer++) {
    for (const gap of gaps) {
      const piece = Math.min(pending, capacity(gap, link));
      if (piece > 0) {
        pending -= piece;
        pieces++;
      }
    }
    pending += bytesPerLayer;
  }
  const send = (bytes: number): number => (bytes > 0 ? link.fixed + link.perUnit * bytes : 0);
  return {
    seconds: layers * backward.seconds + send(pending),
    secondsWithout: layers * backward.seconds + send(layers * bytesPerLayer),
    hiddenBytes: layers * bytesPerLayer - pending,
    pieces: pieces + (pending > 0 ? 1 : 0)
  };
}

function capacity(gap: number, { fixed, perUnit }: LinearCost): number {
  return gap <= fixed ? 0 : perUnit === 0 ? Infinity : (gap - fixed) / perUnit;
}

/** Lengths of the times when nothing is sent between nodes, in order. */
function idleGaps({ spans, seconds }: Timeline): number[] {
  const gaps: number[] = [];
  let free = 0;
  for (const { start, end } of spans.filter(({ resource }) => resource === 'inter')) {
    gaps.push(start - free);
    free = end;
  }
  gaps.push(seconds - free);
  return gaps.filter((gap) => gap > 0);
}
