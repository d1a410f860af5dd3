/** A block: how much it matters, and how many values its groups have that can go. */
export interface BlockShare {
  importance: number;
  values: number;
}

/**
 * Share of each block's values that goes, so that `ratio` of all goes: in proportion to `sigmoid(-sharpness z)`, z the importance less the blocks' mean, over
 * their deviation; none above `most`, what those cannot give up the others do.
 */
export function blockRatios(
  blocks: readonly BlockShare[],
  { ratio, most, sharpness }: { ratio: number; most: number; sharpness: number }
): number[] {
  const mean = blocks.reduce((sum, { importance }) => sum + importance, 0) / blocks.length;
  const variance = blocks.reduce((sum, { importance }) => sum + (importance - mean) ** 2, 0) / blocks.length;
  const weights = blocks.map(({ importance }) => {
    const z = variance === 0 ? 0 : (importance - mean) / Math.sqrt(variance);
    return 1 / (1 + Math.exp(sharpness * z));
  });
  const total = blocks.reduce((sum, { values }) => sum + values, 0);
  const full = new Set<number>();
  const ratios = blocks.map(() => 0);
  for (;;) {
    const open = blocks.map((_, i) => i).filter((i) => !full.has(i));
    const left = ratio * total - [...full].reduce((sum, i) => sum + most * blocks[i].values, 0);
    const sum = open.reduce((all, i) => all + weights[i] * blocks[i].values, 0);
    open.forEach((i) => (ratios[i] = (left * weights[i]) / sum));
    const over = open.filter((i) => ratios[i] > most);
    over.forEach((i) => {
      ratios[i] = most;
      full.add(i);
    });
    if (over.length === 0 || full.size === blocks.length) {
      return ratios;
    }
  }
}
