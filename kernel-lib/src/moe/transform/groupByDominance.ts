import type { ExpertStatistics } from './expertStatistics';

/**
 * The `count` experts chosen most, each with the others whose router logits over the tokens go most like its own (the
 * largest cosine); [M], the dominant expert first.
 */
export function groupByDominance({ counts, logits }: ExpertStatistics, count: number): number[][] {
  const byCount = Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a]);
  const groups = byCount.slice(0, count).map((expert) => [expert]);
  for (const expert of byCount.slice(count)) {
    const alike = groups.map(([dominant]) => cosine(logits, counts.length, dominant, expert));
    groups[alike.indexOf(Math.max(...alike))].push(expert);
  }
  return groups;
}

function cosine(logits: Float32Array, numExperts: number, a: number, b: number): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (let row = 0; row < logits.length; row += numExperts) {
    product += logits[row + a] * logits[row + b];
    ofA += logits[row + a] ** 2;
    ofB += logits[row + b] ** 2;
  }
  return product / (Math.sqrt(ofA * ofB) + 1e-30);
}
