/** A matrix [inputs, outputs] and the squares of its singular values, largest first. */
export interface Spectrum {
  inputs: number;
  outputs: number;
  squares: Float32Array;
}

/** Largest rank whose factors have fewer values than the matrix; 0 where none has. */
export function largestRank({ inputs, outputs }: Spectrum): number {
  return Math.ceil((inputs * outputs) / (inputs + outputs)) - 1;
}

/** Least rank that keeps a share of the sum of squares; at least 1. */
export function rankOfEnergy({ squares }: Spectrum, energy: number): number {
  const total = squares.reduce((a, b) => a + b, 0);
  let [kept, rank] = [0, 0];
  while (rank < squares.length && (rank === 0 || kept < energy * total * (1 - 1e-6))) {
    kept += squares[rank++];
  }
  return rank;
}

/**
 * Ranks under a budget of values, for all matrices together: directions are taken in the order of the share of their matrix's squares that each of its
 * values brings, at least one of each matrix. A matrix whose factors would have as many values as it stays whole, at no more than those: null.
 */
export function ranksWithin(spectra: readonly Spectrum[], values: number): (number | null)[] {
  const ranks: (number | null)[] = spectra.map(() => 1);
  let left = values - spectra.reduce((sum, { inputs, outputs }) => sum + inputs + outputs, 0);
  const totals = spectra.map(({ squares }) => squares.reduce((a, b) => a + b, 0) || 1);
  // What is below the precision of the values is no direction.
  const offers = spectra.flatMap((each, matrix) =>
    Array.from(
      each.squares.slice(1).filter((square) => square > 1e-10 * totals[matrix]),
      (square, i) => ({
        matrix,
        rank: i + 2,
        gain: square / totals[matrix] / (each.inputs + each.outputs)
      })
    )
  );
  // Within a matrix gains fall, so that each direction comes after those before it.
  offers.sort((a, b) => b.gain - a.gain || a.matrix - b.matrix || a.rank - b.rank);
  for (const { matrix, rank } of offers) {
    const own = spectra[matrix];
    const full = own.inputs * own.outputs;
    const cost = Math.min(own.inputs + own.outputs, full - (rank - 1) * (own.inputs + own.outputs));
    if (ranks[matrix] === rank - 1 && cost <= left) {
      ranks[matrix] = rank > largestRank(own) ? null : rank;
      left -= cost;
    }
  }
  return ranks;
}
