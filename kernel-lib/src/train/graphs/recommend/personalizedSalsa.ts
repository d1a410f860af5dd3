import { expectInteger, expectNumber, given, Random } from '../../../base/core';
import { listOf } from '../listOf';

/** Decays of MeritRank (arXiv 2207.09950), 0..1 each. */
export interface TrustDecay {
  /** Share of a walk's weight that each step takes. Default 0. */
  transitivity?: number;
  /** Share of its score that an item loses which walks reach through one node only. Default 0. */
  connectivity?: number;
  /** Share of the weight that reaches an item beyond which one node counts as the only way to it. Default 0.95. */
  threshold?: number;
}

/** Options of `graph.recommend.personalizedSalsa`. */
export interface PersonalizedSalsaOptions {
  /** Interactions that are kept: the latest. */
  window: number;
  /** Walks of a recommendation. Default 1000. */
  walks?: number;
  /** Steps of a walk, to an item or back to a user. Default 10. */
  length?: number;
  /** Default: none, plain SALSA. */
  decay?: TrustDecay;
  /** Default 0. */
  seed?: number;
}

/** Recommender on a window of interactions; see {@link personalizedSalsa}. */
export interface SalsaRecommender {
  /** Interactions that are kept, at most the window. */
  readonly size: number;
  /** Keeps that a user chose an item, and forgets the oldest beyond the window. */
  observe(user: number, item: number): void;
  /** Score of each item that walks from the user reach: its mean weight over walks, a visit counted each time. Empty where the user is not in the window. The same each time. */
  scores(user: number): Map<number, number>;
}

const WHERE = 'graph.recommend.personalizedSalsa';

/**
 * Sybil-resistant recommendation on one device (Web3Recommend, 2023): SALSA walks, from a user to an item it chose, from that to a user who chose it, and so on, over a window of the latest interactions. A step takes a share of the
 * walk's weight (transitivity), so that what many identities add far along a walk is bounded by a geometric series; an item that walks reach through one node only loses a share of its score (connectivity). Users and items
 * are numbers of the caller's, each of its own kind.
 *
 * @throws {SwitchyardError} where an option is out of range, or a user or item is no integer of at least 0.
 */
export function personalizedSalsa(options: PersonalizedSalsaOptions): SalsaRecommender {
  const { window, walks = 1000, length = 10, decay = {}, seed = 0 } = given(WHERE, options);
  const { transitivity = 0, connectivity = 0, threshold = 0.95 } = decay;
  Object.entries({ window, walks, length }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1));
  Object.entries({ transitivity, connectivity, threshold }).forEach(([name, value]) => expectNumber(WHERE, name, value, 0, 1)); // prettier-ignore
  const kept: (readonly [user: number, item: number])[] = [];
  let oldest = 0;
  return {
    get size() {
      return kept.length;
    },
    observe(user, item) {
      Object.entries({ user, item }).forEach(([name, value]) => expectInteger(WHERE, name, value, 0));
      if (kept.length < window) {
        kept.push([user, item]);
      } else {
        kept[oldest] = [user, item];
        oldest = (oldest + 1) % window;
      }
    },
    scores(user) {
      const random = Random.fromSeed(seed).child(WHERE).child(user);
      const reached = walk(bothWays(kept), user, { walks, length, keeps: 1 - transitivity, next: random.generator() });
      return new Map([...reached].map(([item, reach]) => [item, (reach.weight * (isCut(reach, threshold) ? 1 - connectivity : 1)) / walks])); // prettier-ignore
    }
  };
}

type Choices = Record<'items' | 'users', Map<number, number[]>>;

/** Items of each user and users of each item. */
function bothWays(kept: readonly (readonly [number, number])[]): Choices {
  const [items, users] = [new Map<number, number[]>(), new Map<number, number[]>()];
  kept.forEach(([user, item]) => {
    listOf(items, user).push(item);
    listOf(users, item).push(user);
  });
  return { items, users };
}

/** Weight that reached an item, and of what reached it for the first time in a walk how much passed each node before. */
interface Reach {
  weight: number;
  first: number;
  through: Map<string, number>;
}

interface Walks {
  walks: number;
  length: number;
  /** Share of the weight that a step leaves. */
  keeps: number;
  next: () => number;
}

function walk({ items, users }: Choices, start: number, { walks, length, keeps, next }: Walks): Map<number, Reach> {
  const reached = new Map<number, Reach>();
  const pick = (from: readonly number[]): number => from[Math.floor(next() * from.length)];
  for (let i = 0; items.has(start) && i < walks; i++) {
    const passed = new Set<string>();
    const seen = new Set<number>();
    let [user, weight] = [start, 1];
    for (let step = 0; step < length; step += 2) {
      const item = pick(items.get(user)!);
      weight *= keeps;
      const reach = reached.get(item) ?? { weight: 0, first: 0, through: new Map<string, number>() };
      reached.set(item, reach);
      reach.weight += weight;
      if (!seen.has(item)) {
        reach.first += weight;
        passed.forEach((node) => reach.through.set(node, (reach.through.get(node) ?? 0) + weight));
      }
      seen.add(item);
      passed.add(`item ${item}`);
      user = pick(users.get(item)!);
      weight *= keeps;
      if (user !== start) {
        passed.add(`user ${user}`);
      }
    }
  }
  return reached;
}

/** Whether next to all of what reached an item passed one node. */
function isCut({ first, through }: Reach, threshold: number): boolean {
  return [...through.values()].some((weight) => weight > threshold * first);
}
