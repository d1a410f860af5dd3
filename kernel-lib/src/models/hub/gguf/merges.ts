/**
 * The pairs that SentencePiece merges, best first: it merges the neighbours whose union has the highest score, so each token gives the
 * pairs that it can be made of, in the order of scores; of one score, those whose parts come first in the vocabulary.
 */
export function mergesOf(tokens: readonly string[], scores: readonly number[]): [string, string][] {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const all = tokens.flatMap((token, id) => {
    const letters = [...token];
    return letters.slice(1).flatMap((_, i) => {
      const [left, right] = [letters.slice(0, i + 1).join(''), letters.slice(i + 1).join('')];
      const [first, second] = [ids.get(left), ids.get(right)];
      return first === undefined || second === undefined ? [] : [{ id, left, right, first, second }];
    });
  });
  all.sort((a, b) => scores[b.id] - scores[a.id] || a.first - b.first || a.second - b.second);
  return all.map(({ left, right }) => [left, right]);
}
