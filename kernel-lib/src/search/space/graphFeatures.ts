import { createHash } from 'crypto';
import type { ArchitectureGraph } from './architectureOf';

/** Options of `nas.graphFeatures`. */
export interface GraphFeaturesOptions {
  /** Times that labels take in those of the nodes that they read. Default 2. */
  iterations?: number;
  /** Numbers that counts of labels are folded into, F. Default 256. */
  size?: number;
}

/**
 * Counts of the labels that a graph's nodes have after 0, 1, ... rounds in which each takes in, sorted, those of the nodes that lead to it (Weisfeiler and Leman; Shervashidze et al.,
 * 2011), folded into F numbers by hashing, of length 1. Their dot product is the normalised Weisfeiler-Lehman kernel, as far as hashes do not meet: graphs that differ in the numbers
 * of their nodes alone have the same. [F].
 */
export function graphFeatures(
  { nodes, edges }: ArchitectureGraph,
  { iterations = 2, size = 256 }: GraphFeaturesOptions = {}
): number[] {
  const counts = new Array<number>(size).fill(0);
  const reads = nodes.map((_, node) => edges.filter(([, to]) => to === node).map(([from]) => from));
  let labels = nodes.map(({ label, detail = '' }) => digest(`${label}|${detail}`));
  for (let round = 0; round <= iterations; round++) {
    labels.forEach((label) => counts[parseInt(digest(`${round} ${label}`).slice(0, 8), 16) % size]++);
    labels = labels.map((label, node) =>
      digest(
        `${label}<${reads[node]
          .map((from) => labels[from])
          .sort()
          .join()}`
      )
    );
  }
  const length = Math.hypot(...counts);
  return counts.map((count) => count / length);
}

// Graphs of a space have few labels among them, which are asked for again and again.
const digests = new Map<string, string>();
const MOST_DIGESTS = 100_000;

function digest(text: string): string {
  const known = digests.get(text);
  if (known !== undefined) {
    return known;
  }
  if (digests.size === MOST_DIGESTS) {
    digests.clear();
  }
  const made = createHash('sha256').update(text).digest('hex').slice(0, 16);
  digests.set(text, made);
  return made;
}
