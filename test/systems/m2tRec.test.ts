import { core, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const [KINDS, COLOURS, LENGTH] = [6, 10, 4];
const ITEMS = KINDS * COLOURS;
/** An item of each kind and colour, and a tenth of them that no session of training has. */
const CATALOGUE = Array.from({ length: ITEMS }, (_, item) => [Math.floor(item / COLOURS), item % COLOURS]);
const isNew = (item: number): boolean => (3 * CATALOGUE[item][0] + CATALOGUE[item][1]) % 10 === 3;
/** Known items, which alone are there while training. */
const KNOWN = CATALOGUE.map((_, item) => item).filter((item) => !isNew(item));

/** Sessions stay with a kind and go from colour to colour; the last item is asked for. */
function sessionsOf(count: number, seed: number, wanted: (items: number[]) => boolean) {
  const next = core.Random.fromSeed(seed).generator();
  const all: number[][] = [];
  while (all.length < count) {
    const [kind, colour] = [Math.floor(next() * KINDS), Math.floor(next() * COLOURS)];
    const items = Array.from({ length: LENGTH + 1 }, (_, at) => kind * COLOURS + ((colour + at) % COLOURS));
    if (wanted(items)) {
      all.push(items);
    }
  }
  return { sessions: tf.tensor2d(all.map((items) => items.slice(0, LENGTH)), [count, LENGTH], 'int32'), next: Int32Array.from(all, (items) => items[LENGTH]) }; // prettier-ignore
}

/** Share of sessions that end in an item of this kind whose end is among the five best, after training without new items. */
function recall(catalogue: number[][], attributes: number[], tasks: number[]): Record<'known' | 'unseen', number> {
  const model = new models.SessionTransformer({ attributes, width: 16, tasks, seed: 1 });
  const table = tf.tensor2d(catalogue, [ITEMS, attributes.length], 'int32');
  const shown = tf.tensor2d(KNOWN.map((item) => catalogue[item]), [KNOWN.length, attributes.length], 'int32'); // prettier-ignore
  const seen = sessionsOf(160, 1, (items) => !items.some(isNew));
  const place = (item: number): number => KNOWN.indexOf(item);
  const read = tf.tensor2d(
    seen.sessions.arraySync().map((row) => row.map(place)),
    [160, LENGTH],
    'int32'
  );
  const wanted = tf.tensor1d([...seen.next].map(place), 'int32');
  minimise(model, (ctx) => tf.addN(Object.values(model.losses(shown, read, wanted, ctx))), { steps: 70, learningRate: 0.02 }); // prettier-ignore
  const share = (is: (items: number[]) => boolean): number => {
    const { sessions, next } = sessionsOf(60, 2, is);
    const scores = tf.tidy(() => model.scores(table, sessions, core.Context.create()).arraySync());
    sessions.dispose();
    return scores.filter((row, i) => row.filter((score) => score > row[next[i]]).length < 5).length / 60;
  };
  const found = { known: share((items) => !items.some(isNew)), unseen: share((items) => isNew(items[LENGTH]) && !items.slice(0, LENGTH).some(isNew)) }; // prettier-ignore
  tf.dispose([table, shown, read, wanted, seen.sessions]);
  model.dispose();
  return found;
}

describe('M2TRec', () => {
  test('[m2trec] items are their attributes: alike where these are, and no parameter counts items', () => {
    const model = new models.SessionTransformer({
      attributes: [KINDS, COLOURS],
      width: 8,
      heads: 2,
      tasks: [0],
      seed: 2
    });
    [...model.parameters().values()].forEach(({ shape }) => expect(shape).not.toContain(ITEMS));
    tf.tidy(() => {
      const table = tf.tensor2d([[1, 2], [3, 4], [1, 2], [1, 5]], [4, 2], 'int32'); // prettier-ignore
      const rows = model.items(table, core.Context.create()).arraySync();
      expect(rows[0]).toEqual(rows[2]);
      expect(rows[0]).not.toEqual(rows[3]);
      // More items leave the scores of the others as they are.
      const sessions = tf.tensor2d([[0, 1, 2]], [1, 3], 'int32');
      const scores = (of: tf.Tensor2D): Float32Array => model.scores(of, sessions, core.Context.create()).dataSync<'float32'>(); // prettier-ignore
      expectClose(scores(tf.concat([table, table])).subarray(0, 4), scores(table), 1e-5);
      // The order of a session counts, and what comes later is not heard.
      const items = model.items(table, core.Context.create());
      const [one, other, turned] = [[0, 1, 3], [0, 1, 1], [1, 0, 3]].map((row) => model.states(items, tf.tensor2d([row], [1, 3], 'int32'), core.Context.create())); // prettier-ignore
      expectClose(one.slice([0, 0, 0], [1, 2, -1]), other.slice([0, 0, 0], [1, 2, -1]), 1e-6);
      const at = (states: tf.Tensor): tf.Tensor => states.slice([0, 2, 0], [1, 1, -1]);
      expect(at(one).sub(at(turned)).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
      const { item, 'attribute 0': kind } = model.losses(table, sessions, tf.tensor1d([3], 'int32'), core.Context.create()); // prettier-ignore
      const all = [...scores(table)];
      expect(item.dataSync()[0]).toBeCloseTo(Math.log(all.reduce((sum, score) => sum + Math.exp(score), 0)) - all[3], 4); // prettier-ignore
      expect(kind.dataSync()[0]).toBeGreaterThan(0);
      expectNoLeak(() => model.scores(table, sessions, core.Context.create()).dispose());
    });
    model.dispose();
    expect(() => new models.SessionTransformer({ attributes: [2], width: 4, tasks: [1] })).toThrow('models.SessionTransformer: tasks must be an integer 0..0, got 1'); // prettier-ignore
    expect(() => new models.SessionTransformer({ attributes: [], width: 4 })).toThrow('models.SessionTransformer: there must be attributes'); // prettier-ignore
  });

  test('[m2trec] items that no session had are found by what they are, where those that are a number are not', () => {
    const metadata = recall(CATALOGUE, [KINDS, COLOURS], [0, 1]);
    const ids = recall(CATALOGUE.map((_, item) => [item]), [ITEMS], []); // prettier-ignore
    expect(metadata.known).toBeGreaterThan(0.9);
    expect(metadata.unseen).toBeGreaterThan(0.5);
    expect(ids.known).toBeGreaterThan(0.9);
    expect(ids.unseen).toBeLessThan(0.1);
  });
});
