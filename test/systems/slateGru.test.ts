import { core, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';
import { spearman } from '../support/spearman';

/** One interaction of each user. */
const once = (slates: number[][], clicks: number[]): models.SlateHistory => ({
  slates: tf.tensor3d(slates.map((slate) => [slate]), [slates.length, 1, slates[0].length], 'int32'), // prettier-ignore
  clicks: tf.tensor2d(clicks.map((click) => [click]), [clicks.length, 1], 'int32') // prettier-ignore
});
const nothing = (users: number): models.SlateHistory => ({
  slates: tf.zeros([users, 0, 1], 'int32'),
  clicks: tf.zeros([users, 0], 'int32')
});
const chances = (utilities: readonly number[], slate: readonly number[]): number[] => {
  const odds = [...slate.map((item) => Math.exp(utilities[item])), 1];
  const total = odds.reduce((a, b) => a + b);
  return odds.map((each) => each / total);
};
const drawFrom = (shares: readonly number[], uniform: number): number => {
  let left = uniform;
  const at = shares.findIndex((share) => (left -= share) < 0);
  return at < 0 ? shares.length - 1 : at;
};
const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** What the means score of all items, for a user of whom nothing is known. */
function scored(model: models.SlateRecommender): number[] {
  const of = nothing(1);
  const scores = tf.tidy(() => {
    const items = model.items();
    const state = model.states(items, of, core.Context.create()).reshape([1, -1]) as tf.Tensor2D;
    return [...tf.matMul(state, items, false, true).dataSync()];
  });
  tf.dispose([of.slates, of.clicks]);
  return scores;
}

describe('SLATE-GRU', () => {
  test('[slate-gru-p-ts] the bound by hand: a choice among the slate and none, items about their groups, groups and users about 0', () => {
    const model = new models.SlateRecommender({ groups: [0, 0, 1], width: 2, withinGroup: 0.5, acrossGroups: 2, seed: 3 }); // prettier-ignore
    ['groups', 'items', 'state'].forEach((name) => setValue(model, `${name}.spread`, (old) => tf.fill(old.shape, -8)));
    setValue(model, 'none', () => tf.tensor1d([0.3]));
    const history = once([[0, 2], [1, 0]], [1, 2]); // prettier-ignore
    const mean = (name: string): number[][] => model.parameters().get(`${name}.mean`)!.variable.arraySync() as number[][]; // prettier-ignore
    const [groups, items, state] = [mean('groups'), mean('items'), mean('state')];
    const user = tf.tidy(() => (model.states(model.items(), nothing(1), core.Context.create()).reshape([2]).arraySync() as number[])); // prettier-ignore
    const utility = items.map((row) => row[0] * user[0] + row[1] * user[1]);
    const miss = (among: number[], taken: number): number => Math.log(sum(among.map(Math.exp))) - taken;
    const kl = (squared: number, variance: number, prior: number): number => ((squared + variance) / prior ** 2 - 1 - Math.log(variance / prior ** 2)) / 2; // prettier-ignore
    const v = Math.exp(-16);
    const divergence =
      sum(groups.flat().map((value) => kl(value ** 2, v, 2))) +
      sum(items.flatMap((row, i) => row.map((value, f) => kl((value - groups[[0, 0, 1][i]][f]) ** 2 + v, v, 0.5)))) +
      sum(state.flat().map((value) => kl(value ** 2, v, 2)));
    const loss = (likelihood: 'slate' | 'all'): number => tf.tidy(() => model.loss(history, core.Context.create(), likelihood).dataSync()[0]); // prettier-ignore
    const [a, b, c] = utility;
    expect(loss('slate')).toBeCloseTo((miss([a, c, 0.3], c) + miss([b, a, 0.3], 0.3) + divergence) / 2, 2);
    expect(loss('all')).toBeCloseTo((miss([a, b, c, 0.3], c) + miss([a, b, c, 0.3], 0.3) + divergence) / 2, 2);
    expectNoLeak(() => void loss('slate'));
    const of = nothing(2);
    expectNoLeak(() => void model.recommend(of, { slateSize: 2, random: core.Random.fromSeed(1) }));
    expect(() => model.recommend(of, { slateSize: 4, random: core.Random.fromSeed(1) })).toThrow('models.SlateRecommender: slateSize must be an integer 1..3, got 4'); // prettier-ignore
    // Without doubt all ways to make a slate give the same; with candidates only these are shown.
    const make = (strategy: 'greedy' | 'thompson' | 'inSlate'): number[][] => model.recommend(of, { slateSize: 2, strategy, candidates: [[0, 1, 2], [1, 2]], random: core.Random.fromSeed(1) }); // prettier-ignore
    expect(make('thompson')).toEqual(make('greedy'));
    expect(make('inSlate')).toEqual(make('greedy'));
    expect([...make('greedy')[1]].sort()).toEqual([1, 2]);
    tf.dispose([history.slates, history.clicks, of.slates, of.clicks]);
    model.dispose();
  });

  test('[slate-gru-p-ts] where some items are shown more, a choice among the slate finds what is liked, one among all finds what was shown; an item that was never shown is as its group', () => {
    const next = core.Random.fromSeed(5).generator();
    const ITEMS = 20;
    // Groups differ by 2 in what they are worth, items of one by 0.4; how often one is shown differs as much, and has nothing to do with it.
    const utilities = Array.from({ length: ITEMS }, (_, item) => (item % 2 === 0 ? 1 : -1) + 0.4 * normal(next));
    const shown = Array.from({ length: ITEMS }, (_, item) => (item < 2 ? 0 : 40 ** next()));
    const slates = Array.from({ length: 400 }, () => {
      const left = shown.slice();
      return Array.from({ length: 2 }, () => {
        const item = drawFrom(left.map((each) => each / sum(left)), next()); // prettier-ignore
        left[item] = 0;
        return item;
      });
    });
    const clicks = slates.map((slate) => drawFrom(chances(utilities, slate), next()));
    const history = once(slates, clicks);
    const learnt = (likelihood: 'slate' | 'all'): number[] => {
      const model = new models.SlateRecommender({ groups: utilities.map((_, item) => item % 2), width: 4, seed: 1 });
      minimise(model, (ctx) => model.loss(history, ctx, likelihood), { steps: 40, learningRate: 0.1 });
      const scores = scored(model);
      model.dispose();
      return scores;
    };
    const [bySlate, byAll] = [learnt('slate'), learnt('all')];
    const seen = utilities.map((_, item) => item).slice(2);
    const of = (values: readonly number[]): number[] => seen.map((item) => values[item]);
    expect(spearman(of(bySlate), of(utilities))).toBeGreaterThan(spearman(of(byAll), of(utilities)) + 0.1);
    expect(spearman(of(byAll), of(shown))).toBeGreaterThan(spearman(of(bySlate), of(shown)) + 0.2);
    const group = (which: number): number => sum(seen.filter((item) => item % 2 === which).map((item) => bySlate[item])) / 9; // prettier-ignore
    [0, 1].forEach((item) => expect(Math.abs(bySlate[item] - group(item))).toBeLessThan(Math.abs(bySlate[item] - group(1 - item)))); // prettier-ignore
    tf.dispose([history.slates, history.clicks]);
  });

  test('[slate-gru-p-ts] a state that follows the clicks: who took items of one group is shown these', () => {
    const next = core.Random.fromSeed(7).generator();
    const [users, steps] = [40, 4];
    const slates = Array.from({ length: users }, () => Array.from({ length: steps }, () => [Math.floor(4 * next()), 4 + Math.floor(4 * next())])); // prettier-ignore
    // Each user takes the one of the own group.
    const history = {
      slates: tf.tensor3d(slates, [users, steps, 2], 'int32'),
      clicks: tf.tensor2d(slates.map((of, user) => of.map(() => user % 2)), [users, steps], 'int32') // prettier-ignore
    };
    const model = new models.SlateRecommender({ groups: Array.from({ length: 8 }, (_, item) => Math.floor(item / 4)), width: 4, seed: 2 }); // prettier-ignore
    minimise(model, (ctx) => model.loss(history, ctx), { steps: 40, learningRate: 0.06 });
    const two: models.SlateHistory = { slates: tf.tensor3d([[[0, 4]], [[1, 5]]], [2, 1, 2], 'int32'), clicks: tf.tensor2d([[0], [1]], [2, 1], 'int32') }; // prettier-ignore
    const [first, second] = model.recommend(two, { slateSize: 4, strategy: 'greedy', random: core.Random.fromSeed(1) });
    expect([...first].sort()).toEqual([0, 1, 2, 3]);
    expect([...second].sort()).toEqual([4, 5, 6, 7]);
    tf.dispose([history.slates, history.clicks, two.slates, two.clicks]);
    model.dispose();
  });

  test('[slate-gru-p-ts] an item is shown as often as it may be the best: what is not known well more than what is known to be no better', () => {
    const model = new models.SlateRecommender({ groups: [0, 0, 0], width: 1, seed: 1 });
    // A user of state 1. The second and third have the same mean, and the second is not known well.
    const spreads: Record<string, number[]> = { items: [-9, Math.log(0.5), -9], state: [-9, -9], groups: [-9] };
    const means: Record<string, number[]> = { items: [1, 0.6, 0.6], state: [0, 1] };
    Object.entries(spreads).forEach(([name, of]) => setValue(model, `${name}.spread`, () => tf.tensor2d(of, [of.length, 1]))); // prettier-ignore
    Object.entries(means).forEach(([name, of]) => setValue(model, `${name}.mean`, () => tf.tensor2d(of, [of.length, 1]))); // prettier-ignore
    const of = nothing(1);
    const made = (strategy: 'thompson' | 'inSlate'): string[] => Array.from({ length: 300 }, (_, i) => model.recommend(of, { slateSize: 2, strategy, random: core.Random.fromSeed(i) })[0].join(' ')); // prettier-ignore
    const share = (of: string[], slate: string): number => of.filter((each) => each === slate).length / of.length;
    // The second is above the first with a chance of Phi(-0.8) = 0.212, and above the third with a half. Of one draw both places follow from it; of a draw for each place they do not.
    const [one, each] = [made('thompson'), made('inSlate')];
    expect(share(one, '1 0')).toBeCloseTo(0.212, 1);
    expect(share(one, '0 1')).toBeCloseTo(0.5 - 0.212, 1);
    expect(share(one, '0 2')).toBeCloseTo(0.5, 1);
    expect(share(each, '1 0')).toBeCloseTo(0.212, 1);
    expect(share(each, '0 1')).toBeCloseTo(0.788 / 2, 1);
    expect(share(each, '0 1') - share(one, '0 1')).toBeGreaterThan(0.05);
    tf.dispose([of.slates, of.clicks]);
    model.dispose();
  });

  test('[slate-gru-p-ts] in ten worlds that are learnt from scratch slates of draws lose less and less', () => {
    const regrets = regretOf('inSlate');
    const part = (from: number, to: number): number => sum(regrets.slice(from, to).flat());
    // As much would be 1, and a sum that grows as a root 0.41.
    expect(part(ROUNDS / 2, ROUNDS)).toBeLessThan(0.7 * part(0, ROUNDS / 2));
  });
});

const WORLDS = Array.from({ length: 10 }, (_, world) => world);
const [PER_WORLD, PER_ROUND, ROUNDS] = [12, 3, 20];

/** Regret of each round and world: chance of a click that is lost. Worlds have items and groups of their own, in one model; each round three users of each world are shown two items. */
function regretOf(strategy: 'greedy' | 'inSlate'): number[][] {
  const random = core.Random.fromSeed(11);
  const next = random.child('world').generator();
  const utilities = WORLDS.flatMap(() => Array.from({ length: PER_WORLD }, () => 1.2 * normal(next) - 1));
  const items = WORLDS.map((world) => Array.from({ length: PER_WORLD }, (_, i) => world * PER_WORLD + i));
  const groups = WORLDS.flatMap((world) => items[world].map((_, i) => 3 * world + (i % 3)));
  const model = new models.SlateRecommender({ groups, width: 3, withinGroup: 1, seed: 4 });
  const users = WORLDS.flatMap((world) => Array.from({ length: PER_ROUND }, () => world));
  const click = (slate: number[]): number => 1 - chances(utilities, slate)[slate.length];
  const best = items.map((of) => click([...of].sort((a, b) => utilities[b] - utilities[a]).slice(0, 2)));
  const [slates, clicks]: [number[][], number[]] = [[], []];
  const taken = random.child('clicks').generator();
  const regrets = Array.from({ length: ROUNDS }, (_, round) => {
    const of = nothing(users.length);
    const made = model.recommend(of, { slateSize: 2, strategy, candidates: users.map((world) => items[world]), random: random.child(round) }); // prettier-ignore
    slates.push(...made);
    clicks.push(...made.map((slate) => drawFrom(chances(utilities, slate), taken())));
    const history = once(slates, clicks);
    minimise(model, (ctx) => model.loss(history, ctx), { steps: 6, learningRate: 0.1, seed: round });
    tf.dispose([of.slates, of.clicks, history.slates, history.clicks]);
    return WORLDS.map((world) => sum(made.filter((_, user) => users[user] === world).map((slate) => best[world] - click(slate)))); // prettier-ignore
  });
  model.dispose();
  return regrets;
}
