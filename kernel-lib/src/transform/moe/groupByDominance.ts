import type { ExpertStatistics } from './expertStatistics';
import { logitCosine } from './logitCosine';

/**
 * The `count` experts chosen most, each with the others whose router logits over the tokens go most like its own (the
 * largest cosine); [M], the dominant expert first.
 */
export function groupByDominance({ counts, logits }: ExpertStatistics, count: number): number[][] {
  const byCount = Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a]);
  const groups = byCount.slice(0, count).map((expert) => [expert]);
  for (const expert of byCount.slice(count)) {
    const alike = groups.map(([dominant]) => logitCosine(logits, counts.length, dominant, expert));
    groups[alike.indexOf(Math.max(...alike))].push(expert);
  }
  return groups;
}
