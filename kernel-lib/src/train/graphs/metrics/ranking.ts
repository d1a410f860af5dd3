import { expectInteger, fail } from '../../../base/core';

/**
 * Hits@K as OGB has it: the share of positive scores strictly above the K-th highest of the negative ones; 1 where there are fewer than K negatives. 0..1.
 *
 * @throws {SwitchyardError} where K is not at least 1, a score is NaN or there is no positive one.
 */
export function hitsAtK(positives: ArrayLike<number>, negatives: ArrayLike<number>, k: number): number {
  const where = 'graph.metrics.hitsAtK';
  expectInteger(where, 'k', k, 1);
  const [own, others] = [scoresOf(where, 'positives', positives, 1), scoresOf(where, 'negatives', negatives)];
  if (others.length < k) {
    return 1;
  }
  const threshold = others.sort((a, b) => b - a)[k - 1];
  return own.filter((score) => score > threshold).length / own.length;
}

/** Ranks of positives among their own negatives, and means of them. */
export interface RankSummary {
  /** Rank of each, from 1; the mean of the optimistic and the pessimistic one where scores are equal. */
  ranks: number[];
  /** Mean of the reciprocal ranks. */
  mrr: number;
  /** Mean rank. */
  meanRank: number;
  /** Share of ranks of at most 1, 3 and 10. */
  hits: { 1: number; 3: number; 10: number };
}

/**
 * Ranks of each positive score among negatives of its own, as OGB has it: `(optimistic + pessimistic) / 2`, so that equal scores are worth a place in the middle and a constant scorer gains nothing.
 *
 * @param negatives - Scores of the negatives of each positive; [positives][].
 * @throws {SwitchyardError} where a score is NaN, or there are not negatives for each.
 */
export function meanReciprocalRank(positives: ArrayLike<number>, negatives: readonly ArrayLike<number>[]): RankSummary {
  const where = 'graph.metrics.meanReciprocalRank';
  const own = scoresOf(where, 'positives', positives, 1);
  if (negatives.length !== own.length) {
    fail(where, `there must be negatives for each of the ${own.length} positives`, negatives.length);
  }
  return summary(own.map((score, i) => rankOf(score, scoresOf(where, `negatives[${i}]`, negatives[i]))));
}

/**
 * Filtered ranks of knowledge graphs: of each query the rank of its answer among all entities but those that are known to be right as well.
 *
 * @param scores - Of all entities for each query; [queries][entities].
 * @param answers - Entity that is asked for; [queries].
 * @param known - Right answers of each query, from all splits; the one asked for may be among them.
 * @throws {SwitchyardError} where a score is NaN or an entity is none of those scored.
 */
export function filteredRanks(
  scores: readonly ArrayLike<number>[],
  answers: ArrayLike<number>,
  known: readonly Iterable<number>[]
): RankSummary {
  const where = 'graph.metrics.filteredRanks';
  if (scores.length !== answers.length || scores.length !== known.length || scores.length === 0) {
    fail(where, 'there must be scores, an answer and known answers for each query, one at least', [scores.length, answers.length, known.length]); // prettier-ignore
  }
  const ranks = scores.map((of, query) => {
    const all = scoresOf(where, `scores[${query}]`, of);
    const hidden = new Set(known[query]).add(answers[query]);
    hidden.forEach((entity) => expectInteger(where, 'entities', entity, 0, all.length - 1));
    return rankOf(all[answers[query]], all.filter((_, entity) => !hidden.has(entity))); // prettier-ignore
  });
  return summary(ranks);
}

/**
 * Area under the receiver operating characteristic: the share of pairs of a positive and a negative score in which the positive one is higher; equal ones count a half. 0..1.
 *
 * @throws {SwitchyardError} where a score is NaN, or either list is empty.
 */
export function rocAuc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const where = 'graph.metrics.rocAuc';
  const own = scoresOf(where, 'positives', positives, 1);
  const others = scoresOf(where, 'negatives', negatives, 1).sort((a, b) => a - b);
  const below = (score: number, orEqual: boolean): number => {
    let [low, high] = [0, others.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (others[middle] < score || (orEqual && others[middle] === score)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  const won = own.reduce((sum, score) => sum + (below(score, false) + below(score, true)) / 2, 0);
  return won / (own.length * others.length);
}

function rankOf(score: number, others: readonly number[]): number {
  const better = others.filter((other) => other > score).length;
  const equal = others.filter((other) => other === score).length;
  return 1 + better + equal / 2;
}

function summary(ranks: number[]): RankSummary {
  const mean = (of: (rank: number) => number): number => ranks.reduce((sum, rank) => sum + of(rank), 0) / ranks.length;
  const within = (k: number): number => mean((rank) => Number(rank <= k));
  return {
    ranks,
    mrr: mean((rank) => 1 / rank),
    meanRank: mean((rank) => rank),
    hits: { 1: within(1), 3: within(3), 10: within(10) }
  };
}

function scoresOf(where: string, name: string, scores: ArrayLike<number>, least = 0): number[] {
  const all = Array.from(scores);
  const wrong = all.findIndex(Number.isNaN);
  if (wrong >= 0) {
    fail(where, `${name}[${wrong}] must be a number`, NaN);
  }
  return all.length >= least ? all : fail(where, `there must be ${name}`, 'none');
}
