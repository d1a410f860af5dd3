/**
 * Gives each of T tokens one of E experts, at most `ceil(T / E)` tokens an expert, so that the sum of scores is the
 * largest there is. Successive shortest paths: tokens come one by one, and a token that finds its expert full moves others
 * along the chain of experts that costs least. O(T E (E + T / E)) where most are moved, O(T E) where none is. Scores that
 * are NaN count as 0, infinite ones as the largest finite one: what is not finite is refused elsewhere.
 *
 * @param scores - [T * E], row by token.
 * @returns Expert of each token; [T].
 */
export function balancedAssignment(scores: Float32Array, numTokens: number, numExperts: number): Int32Array {
  const capacity = Math.ceil(numTokens / numExperts);
  const finite = Float64Array.from(scores, (score) => Math.max(-LARGE, Math.min(LARGE, score || 0)));
  const members = Array.from({ length: numExperts }, (): number[] => []);
  for (let token = 0; token < numTokens; token++) {
    const row = (t: number): Float64Array => finite.subarray(t * numExperts, (t + 1) * numExperts);
    const { expert, via } = cheapestPath(row(token), members, capacity, row);
    // Backwards along the path, each expert passes one of its tokens on.
    let to = expert;
    while (via[to] !== null) {
      const { from, token: moved } = via[to] as Move;
      members[from].splice(members[from].indexOf(moved), 1);
      members[to].push(moved);
      to = from;
    }
    members[to].push(token);
  }
  const out = new Int32Array(numTokens);
  members.forEach((tokens, expert) => tokens.forEach((token) => (out[token] = expert)));
  return out;
}

const LARGE = 3e38;

interface Move {
  from: number;
  token: number;
}

/** Bellman-Ford over experts: the free expert that is reached at the greatest gain, and the moves that lead there. */
function cheapestPath(
  own: Float64Array,
  members: number[][],
  capacity: number,
  row: (token: number) => Float64Array
): { expert: number; via: (Move | null)[] } {
  const gain = Float64Array.from(own);
  const via: (Move | null)[] = members.map(() => null);
  const best = members.map((tokens, from) => (tokens.length < capacity ? null : bestMoves(tokens, from, row)));
  for (let changed = true, round = 0; changed && round < members.length; round++) {
    changed = false;
    best.forEach((moves, from) =>
      moves?.forEach(({ change, token }, to) => {
        // The margin keeps rounding from closing a circle.
        if (gain[from] + change > gain[to] + 1e-9 * (1 + Math.abs(gain[to]))) {
          gain[to] = gain[from] + change;
          via[to] = { from, token };
          changed = true;
        }
      })
    );
  }
  let expert = -1;
  members.forEach((tokens, e) => {
    if (tokens.length < capacity && (expert < 0 || gain[e] > gain[expert])) {
      expert = e;
    }
  });
  return { expert, via };
}

// For each other expert, the token of `from` that gains most (or loses least) by moving there.
function bestMoves(
  tokens: number[],
  from: number,
  row: (token: number) => Float64Array
): { change: number; token: number }[] {
  const out = Array.from(row(tokens[0]), () => ({ change: -Infinity, token: -1 }));
  for (const token of tokens) {
    const scores = row(token);
    scores.forEach((score, to) => {
      if (to !== from && score - scores[from] > out[to].change) {
        out[to] = { change: score - scores[from], token };
      }
    });
  }
  return out;
}
