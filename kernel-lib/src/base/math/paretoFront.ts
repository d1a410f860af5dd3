/** Quality and cost of one candidate. */
export interface Tradeoff {
  cost: number;
  quality: number;
}

/** The points that no other beats: none costs less or as much and gives more. By rising cost; of equal points, the first. */
export function paretoFront<P extends Tradeoff>(points: readonly P[]): P[] {
  const ordered = [...points].sort((a, b) => a.cost - b.cost || b.quality - a.quality);
  let best = -Infinity;
  return ordered.filter(({ quality }) => {
    const kept = quality > best;
    best = Math.max(best, quality);
    return kept;
  });
}
