import { core, tf, train } from '@switchyard/kernel-lib';

/** Users and items of a recommender, in blocks: a user likes items of one block, and some others. */
const [USERS, ITEMS, BLOCKS] = [160, 80, 8];
const HELD = 0.3;

/** What users are known to like, [users, items], what they are, and a task that learns the one from the other. */
export function blockRatings(seed: number) {
  const next = core.Random.fromSeed(seed).child('ratings').generator();
  const likes = Array.from({ length: USERS * ITEMS }, (_, at) => {
    const same = Math.floor(at / ITEMS) % BLOCKS === (at % ITEMS) % BLOCKS;
    return next() < (same ? 0.9 : 0.03) ? 1 : 0;
  });
  const known = likes.map((like) => (like === 1 && next() >= HELD ? 1 : 0));
  const inputs = tf.tensor2d(known, [USERS, ITEMS]);
  const task = train.tasks.regression({ inputs, targets: inputs, batchSize: 32 });
  return { likes, known, inputs, task, items: ITEMS, users: USERS };
}

/** Share of the held-out likes that are among the K items of highest score, known ones aside, a mean over users. */
export function recall(model: core.Module, { likes, known, inputs }: ReturnType<typeof blockRatings>, k = 20): number {
  const ctx = core.Context.create();
  const scores = tf.tidy(() => model.apply(inputs, ctx).dataSync());
  ctx.dispose();
  const of = Array.from({ length: USERS }, (_, user) => {
    const items = Array.from({ length: ITEMS }, (_, item) => user * ITEMS + item).filter((at) => known[at] === 0);
    const held = items.filter((at) => likes[at] === 1).length;
    const best = items.sort((a, b) => scores[b] - scores[a]).slice(0, k);
    return held === 0 ? null : best.filter((at) => likes[at] === 1).length / held;
  }).filter((each): each is number => each !== null);
  return of.reduce((a, b) => a + b, 0) / of.length;
}
