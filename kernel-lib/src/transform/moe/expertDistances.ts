import type { ExpertStatistics } from './expertStatistics';
import { logitCosine } from './logitCosine';

/**
 * How little the router's logits of two experts go together over tokens: 1 less their cosine, 0..2, by which `moe.mergeExperts` groups
 * (MC-SMoE, arXiv 2310.01334); [E][E].
 */
export function expertDistances({ counts, logits }: ExpertStatistics): number[][] {
  const { length } = counts;
  return counts.map((_, a) =>
    counts.map((_unused, b) => (a === b ? 0 : Math.max(0, 1 - logitCosine(logits, length, a, b))))
  );
}
