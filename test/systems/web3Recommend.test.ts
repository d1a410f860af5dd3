import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

type Pair = readonly [user: number, item: number];
type Options = Omit<graph.recommend.PersonalizedSalsaOptions, 'window'>;

/** Honest choices: users 0..5, items 0..4; user 0 asks. */
const HONEST: readonly Pair[] = [[0, 0], [0, 1], [1, 0], [1, 2], [2, 1], [2, 2], [3, 2], [3, 3], [4, 3], [4, 4], [5, 4], [5, 0]]; // prettier-ignore
const [ATTACKER, LURE] = [10, 99];

function after(pairs: readonly Pair[], options: Options = {}, window = pairs.length): Map<number, number> {
  const recommender = graph.recommend.personalizedSalsa({ window, walks: 4000, length: 10, ...options });
  pairs.forEach((pair) => recommender.observe(...pair));
  return recommender.scores(0);
}

/** The attacker chooses an honest item and its own; so many identities more choose its own ("behind") or both ("beside"). */
function attacked(sybils: number, where: 'behind' | 'beside'): Pair[] {
  const all = Array.from({ length: sybils }, (_, i) => 11 + i);
  return [...HONEST, [ATTACKER, 0], [ATTACKER, LURE], ...all.flatMap((sybil): Pair[] => [...(where === 'beside' ? [[sybil, 0] as const] : []), [sybil, LURE]])]; // prettier-ignore
}

describe('Web3Recommend', () => {
  test('[web3recommend] without decay scores are those of SALSA, the walk of alternating steps; transitivity takes its share of each', () => {
    const users = [0, 1, 2, 3, 4, 5];
    const of = (user: number): number[] => HONEST.filter((pair) => pair[0] === user).map((pair) => pair[1]);
    const by = (item: number): number[] => HONEST.filter((pair) => pair[1] === item).map((pair) => pair[0]);
    const exact = (keeps: number): number[] => {
      const wanted = [0, 0, 0, 0, 0];
      let at = users.map((user) => Number(user === 0));
      for (let step = 0; step < 5; step++) {
        const items = [0, 0, 0, 0, 0];
        at.forEach((share, user) => of(user).forEach((item) => (items[item] += (keeps * share) / of(user).length)));
        items.forEach((share, item) => (wanted[item] += share));
        at = users.map((user) => keeps * items.reduce((sum, share, item) => sum + (share * by(item).filter((u) => u === user).length) / by(item).length, 0)); // prettier-ignore
      }
      return wanted;
    };
    for (const transitivity of [0, 0.25]) {
      const scores = after(HONEST, { walks: 20000, decay: { transitivity } });
      exact(1 - transitivity).forEach((wanted, item) => expect(scores.get(item)).toBeCloseTo(wanted, 1));
      exact(1 - transitivity).forEach((wanted, item) =>
        expect(Math.abs(scores.get(item)! - wanted)).toBeLessThan(0.03)
      );
    }
  });

  test('[web3recommend] what identities behind an attacker add grows with them, and with transitivity it stays below a constant', () => {
    const score = (sybils: number, transitivity: number): number =>
      after(attacked(sybils, 'behind'), { length: 200, walks: 1000, decay: { transitivity } }).get(LURE)!;
    const counts = [0, 3, 9, 27];
    const plain = counts.map((count) => score(count, 0));
    plain.slice(1).forEach((each, i) => expect(each).toBeGreaterThan(1.3 * plain[i]));
    // A walk that came back each time would bring 1 + 0.49 + 0.49^2 + ... of what a first visit does.
    const bound = score(0, 0.3) / (1 - 0.49);
    counts.forEach((count) => expect(score(count, 0.3)).toBeLessThan(bound));
  });

  test('[web3recommend] an item that walks reach through one node loses its share, however many identities are beside each other; one of several ways loses none', () => {
    for (const sybils of [1, 10, 100]) {
      const pairs = attacked(sybils, 'beside');
      const [plain, decayed] = [after(pairs), after(pairs, { decay: { connectivity: 0.8 } })];
      expect(decayed.get(LURE)).toBeCloseTo(0.2 * plain.get(LURE)!, 9);
      [0, 1].forEach((item) => expect(decayed.get(item)).toBe(plain.get(item)));
    }
    // Two items lead to one user, through whom alone the last is reached.
    const one: Pair[] = [[0, 0], [0, 1], [1, 0], [1, 1], [1, 7]]; // prettier-ignore
    expect(after(one, { decay: { connectivity: 0.8 } }).get(7)).toBeCloseTo(0.2 * after(one).get(7)!, 9);
    // Two honest users who chose other things that the asker chose, too, are two ways.
    const known: Pair[] = [...attacked(10, 'beside'), [1, LURE], [2, LURE]];
    expect(after(known, { decay: { connectivity: 0.8 } }).get(LURE)).toBe(after(known).get(LURE));
  });

  test('[web3recommend] what is kept is the window, the latest of it', () => {
    const recommender = graph.recommend.personalizedSalsa({ window: 3 });
    [[0, 5], [0, 6], [1, 6], [1, 7], [0, 8]].forEach(([user, item], i) => {
      recommender.observe(user, item);
      expect(recommender.size).toBe(Math.min(i + 1, 3));
    }); // prettier-ignore
    // User 0's choice of 5 and 6 is forgotten.
    expect([...recommender.scores(0).keys()]).toEqual([8]);
    expect([...recommender.scores(1).keys()].sort()).toEqual([6, 7]);
    expect(recommender.scores(9)).toEqual(new Map());
    expect(recommender.scores(1)).toEqual(recommender.scores(1));
    expect(() => graph.recommend.personalizedSalsa({ window: 0 })).toThrow('graph.recommend.personalizedSalsa: window must be an integer of at least 1, got 0'); // prettier-ignore
    expect(() => graph.recommend.personalizedSalsa({ window: 1, decay: { transitivity: 2 } })).toThrow('graph.recommend.personalizedSalsa: transitivity must be a number 0..1, got 2'); // prettier-ignore
    expect(() => recommender.observe(-1, 0)).toThrow('graph.recommend.personalizedSalsa: user must be an integer of at least 0, got -1'); // prettier-ignore
  });
});
