import { core, tf } from '@switchyard/kernel-lib';

/** Users are nodes 0..USERS-1, items those after them. */
export const [USERS, ITEMS] = [60, 90];
const [BLOCKS, TOP] = [3, 20];

/** Choices that are shown, as pairs of nodes, and what each user chose that is held back. */
export interface Market {
  shown: [number, number][];
  held: Map<number, number[]>;
}

/** Users choose most often items of their own block: some choices are shown, as many held back. */
export function market(seed: number): Market {
  const next = core.Random.fromSeed(seed).generator();
  const shown: [number, number][] = [];
  const held = new Map<number, number[]>();
  for (let user = 0; user < USERS; user++) {
    const chosen = new Set<number>();
    while (chosen.size < 16) {
      const block = next() < 0.85 ? user % BLOCKS : Math.floor(next() * BLOCKS);
      chosen.add(block + BLOCKS * Math.floor((next() * ITEMS) / BLOCKS));
    }
    const items = [...chosen];
    items.slice(0, 6).forEach((item) => shown.push([user, USERS + item]));
    held.set(user, items.slice(6).map((item) => USERS + item)); // prettier-ignore
  }
  return { shown, held };
}

/** Share of what is held back that is among the twenty best of what was not shown, by products of embeddings. */
export function recallOf(all: tf.Tensor2D, { shown, held }: Market): number {
  const scores = tf.tidy(() => tf.matMul(all.slice([0, 0], [USERS, -1]), all, false, true).arraySync() as number[][]);
  const seen = new Set(shown.map(([user, item]) => user * 1000 + item));
  const shares = scores.map((row, user) => {
    const items = Array.from({ length: ITEMS }, (_, i) => USERS + i).filter((item) => !seen.has(user * 1000 + item));
    const best = new Set(items.sort((a, b) => row[b] - row[a]).slice(0, TOP));
    const wanted = held.get(user)!;
    return wanted.filter((item) => best.has(item)).length / wanted.length;
  });
  return shares.reduce((a, b) => a + b, 0) / USERS;
}
