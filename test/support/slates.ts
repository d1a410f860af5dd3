import { core, models, tf, train } from '@switchyard/kernel-lib';

/** A shop of items in groups, whose users are of one of two types, which nobody sees. */
export const SHOP = {
  groups: Array.from({ length: 40 }, (_, item) => Math.floor(item / 5)),
  users: 200,
  slate: 4,
  history: 2
};

const NO_CLICK = 1;
const STEPS_EACH = 4;
const VIEWS = 256;
const { Random } = core;
const ITEMS = SHOP.groups.length;

/** What the types think of each item: of its group, and of itself. */
export function utilities(seed: number): number[][] {
  const values = Random.fromSeed(seed)
    .child('utilities')
    .normal([2, 2 * ITEMS]);
  const rows = values.arraySync() as number[][];
  values.dispose();
  return rows.map((row) => SHOP.groups.map((group, item) => row[group] + 0.4 * row[ITEMS + item]));
}

/** Probability of each of what is shown, and of no click last. */
const shares = (own: readonly number[], slate: readonly number[]): number[] => {
  const raised = [...slate.map((item) => Math.exp(own[item])), Math.exp(NO_CLICK)];
  const sum = raised.reduce((a, b) => a + b);
  return raised.map((each) => each / sum);
};
const clickRate = (own: readonly number[], slate: readonly number[]): number => 1 - shares(own, slate)[slate.length];

export interface ShopRun {
  /** Regret of each round: how many clicks fewer than from the best slates, in the mean over users. */
  regret: number[];
  /** Different items that were shown. */
  shown: number;
}

/** Rounds in each of which every user is shown a slate, and the recommender is trained on all that has been seen. */
export function runShop(explores: boolean, seed: number, rounds = 30): ShopRun {
  const truth = utilities(seed);
  const random = Random.fromSeed(seed).child('shop');
  const model = new models.SlateGru({ groups: SHOP.groups, width: 6, deviation: 0.05, prior: 0.3, seed });
  const histories = Array.from({ length: SHOP.users }, () => new Array<number>(SHOP.history).fill(-1));
  const seen: { clicks: number[]; slate: number[]; clicked: number }[] = [];
  const task: train.Task<number> = {
    ...{ kind: 'slates', fixed: {}, batch: (step) => step },
    loss: (_, step) => {
      const next = random.child('batch').child(step).generator();
      const views = Array.from({ length: VIEWS }, () => seen[Math.floor(next() * seen.length)]);
      const clicks = tf.tensor2d(views.map((view) => view.clicks), [VIEWS, SHOP.history], 'int32'); // prettier-ignore
      const slates = tf.tensor2d(views.map(({ slate }) => slate), [VIEWS, SHOP.slate], 'int32'); // prettier-ignore
      const clicked = tf.tensor1d(views.map((view) => view.clicked), 'int32'); // prettier-ignore
      return model.loss(clicks, { slates, clicked }, { total: seen.length, random: random.child('draw').child(step) });
    }
  };
  const steps = rounds * STEPS_EACH;
  const training = train.stepper(model, task, { steps, learningRate: 0.03, seed, schedule: 'constant', warmup: 0, weightDecay: 0 }); // prettier-ignore
  const next = random.child('clicks').generator();
  const regret: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const clicks = tf.tensor2d(histories, [SHOP.users, SHOP.history], 'int32');
    const chosen = model.recommend(clicks, SHOP.slate, explores ? random.child('slates').child(round) : null);
    const slates = chosen.arraySync();
    tf.dispose([clicks, chosen]);
    let lost = 0;
    slates.forEach((slate, user) => {
      const own = truth[user % 2];
      const best = own.map((_, item) => item).sort((a, b) => own[b] - own[a]).slice(0, SHOP.slate); // prettier-ignore
      lost += (clickRate(own, best) - clickRate(own, slate)) / SHOP.users;
      let left = next();
      const clicked = shares(own, slate).findIndex((share) => (left -= share) < 0);
      seen.push({ clicks: histories[user], slate, clicked: clicked < 0 ? SHOP.slate : clicked });
      if (clicked >= 0 && clicked < SHOP.slate) {
        histories[user] = [...histories[user].slice(1), slate[clicked]];
      }
    });
    regret.push(lost);
    for (let i = 0; i < STEPS_EACH; i++) {
      training.step();
    }
  }
  training.dispose();
  model.dispose();
  return { regret, shown: new Set(seen.flatMap(({ slate }) => slate)).size };
}
