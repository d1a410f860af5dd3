import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectParameterGradients, spread } from '../../../support/gradients';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectSaves } from '../../../support/saved';

type Query = graph.LogicalQuery;
const ANGLES = [[0.1, 3], [-2, 0.4], [1.3, -1.1], [2.9, 2.2]]; // prettier-ignore
const TURNS = [[0.5, 0.7], [-1.2, 2]]; // prettier-ignore
const WIDENINGS = [[0.6, 1.1], [0.9, 0.3]]; // prettier-ignore

/** Entities 0 to 3 and two relations, whose values are those above. */
function planted(options: Partial<graph.ConeQueriesOptions> = {}): graph.ConeQueries {
  const model = new graph.ConeQueries({ entities: 4, relations: 2, width: 2, seed: 2, ...options });
  Object.entries({ angles: ANGLES, turns: TURNS, widenings: WIDENINGS }).forEach(([path, rows]) => setValue(model, path, () => tf.tensor2d(rows))); // prettier-ignore
  return model;
}
const on = <T>(f: (ctx: core.Context) => T): T => {
  const ctx = core.Context.create();
  const found = f(ctx);
  ctx.dispose();
  return found;
};
const hop = (relation: number, entity: number): Query => ({ relation, of: { entity } });
const within = (angle: number): number => Math.atan2(Math.sin(angle), Math.cos(angle));
const chord = (angle: number): number => Math.abs(Math.sin(angle / 2));
/** Distance of an entity from a cone, as of the paper. */
const distance = (axis: number[], aperture: number[], entity: number): number =>
  axis.reduce((sum, middle, d) => {
    const [point, half] = [ANGLES[entity][d], aperture[d] / 2];
    const inside = Math.min(chord(point - middle), Math.sin(half / 2));
    const outside = chord(point - middle) > Math.sin(half / 2) ? Math.min(chord(point - middle + half), chord(point - middle - half)) : 0; // prettier-ignore
    return sum + outside + 0.1 * inside;
  }, 0);

describe('cones of logical queries', () => {
  test('by hand: relations turn axes and add to apertures, one after the other, up to the whole plane; distances of all entities', () => {
    const model = planted();
    tf.tidy(() => on((ctx) => {
      const [cone] = model.cones([{ relation: 1, of: hop(0, 2) }], ctx);
      const axis = ANGLES[2].map((angle, d) => within(angle + TURNS[0][d] + TURNS[1][d]));
      const aperture = WIDENINGS[0].map((width, d) => width + WIDENINGS[1][d]);
      expectClose(cone.axis, axis, 1e-5);
      expectClose(cone.aperture, aperture, 1e-5);
      expectClose(model.distances([{ relation: 1, of: hop(0, 2) }], ctx), [0, 1, 2, 3].map((entity) => distance(axis, aperture, entity)), 1e-5);
      // An entity is nearest to itself.
      expect(model.distances([0, 1, 2, 3].map((entity) => ({ entity })), ctx).argMin(1).arraySync()).toEqual([0, 1, 2, 3]);
      const far: Query = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0].reduce<Query>((of, relation) => ({ relation, of }), { entity: 0 });
      expectClose(model.cones([far], ctx)[0].aperture, [6, 2 * Math.PI], 1e-5);
    })); // prettier-ignore
    model.dispose();
  });

  test('points: relations turn and never widen, and distances are those of angles', () => {
    const model = planted({ geometry: 'point' });
    tf.tidy(() => on((ctx) => {
      expectClose(model.cones([hop(0, 1)], ctx)[0].aperture, [0, 0], 0);
      const axis = ANGLES[1].map((angle, d) => within(angle + TURNS[0][d]));
      expectClose(model.distances([hop(0, 1)], ctx), [0, 1, 2, 3].map((entity) => axis.reduce((sum, middle, d) => sum + chord(middle - ANGLES[entity][d]), 0)), 1e-5);
    })); // prettier-ignore
    model.dispose();
  });

  test('a conjunction of one part is that part; of alike ones it has their axis; parts in another order give the same', () => {
    const model = planted();
    tf.tidy(() => on((ctx) => {
      const [a, b] = [hop(0, 1), hop(1, 3)];
      const [[one], [alone]] = [{ and: [a] }, a].map((query) => model.cones([query], ctx));
      expectClose(one.aperture, alone.aperture, 0);
      const [twice] = model.cones([{ and: [a, a] }], ctx);
      expectClose(twice.axis, alone.axis, 1e-5);
      expect(twice.aperture.less(alone.aperture).all().dataSync()[0]).toBe(1);
      // However often it is said.
      expectClose(model.cones([{ and: [a, a, a] }], ctx)[0].aperture, twice.aperture, 1e-5);
      const [ab, ba] = [[a, b], [b, a]].map((and) => model.distances([{ and }], ctx));
      expectClose(ab, ba, 1e-5);
      // Between two axes, where they are less than a half turn apart.
      const [between] = model.cones([{ and: [{ entity: 0 }, { entity: 2 }] }], ctx);
      const angle = between.axis.dataSync()[0];
      expect(angle > ANGLES[0][0] && angle < ANGLES[2][0]).toBe(true);
    })); // prettier-ignore
    model.dispose();
  });

  test('the loss by hand: cross entropy of each answer among all entities but the other answers of its query', () => {
    const model = planted();
    tf.tidy(() => on((ctx) => {
      const queries = [hop(0, 1), { or: [hop(1, 2), hop(0, 0)] }];
      const answers = [[2], [0, 3]];
      const away = model.distances(queries, ctx).arraySync();
      const nats = answers.flatMap((own, q) => own.map((answer) => {
        const among = [0, 1, 2, 3].filter((entity) => entity === answer || !own.includes(entity));
        return 3 * away[q][answer] + Math.log(among.reduce((sum, entity) => sum + Math.exp(-3 * away[q][entity]), 0));
      }));
      expectClose(model.loss(queries, answers, ctx, 3).reshape([1]), [nats.reduce((a, b) => a + b) / 3], 1e-5);
    })); // prettier-ignore
    model.dispose();
  });

  test('every parameter has the gradient of finite differences, features of entities as well', () => {
    const features = { values: spread([4, 3]).dataSync<'float32'>().slice(), width: 3 };
    const model = planted({ features });
    // Of one form with features: their map moves the angles.
    tf.tidy(() => on((ctx) => {
      const moved = tf.matMul(tf.tensor2d(features.values, [4, 3]), model.parameters().get('view.weight')!.read() as tf.Tensor2D).add(tf.tensor2d(ANGLES));
      expectClose(model.entities(ctx).cos(), moved.cos(), 1e-5);
      expect(model.entities(ctx).abs().max().dataSync()[0]).toBeLessThanOrEqual(Math.PI + 1e-5);
    })); // prettier-ignore
    const queries: Query[] = [{ and: [hop(0, 1), { not: hop(1, 3) }] }, hop(1, 0)];
    // The borders are learnt by no distance that does not ask for them; shares of axes are a softmax.
    expectParameterGradients(model, () => tf.tidy(() => on((ctx) => model.loss(queries, [[2], [0, 1]], ctx).mul(3).add(model.distances([queries[1]], ctx, 'lower').sum()).add(model.distances([queries[1]], ctx, 'upper').mul([1, 2, 3, 4]).sum()))), { still: ['between.w2.bias'] }); // prettier-ignore
    model.dispose();
  });

  test('what is saved computes the same; nothing is left behind', () => {
    const run = (model: graph.ConeQueries): Float32Array => tf.tidy(() => on((ctx) => model.distances([{ and: [hop(0, 1), hop(1, 2)] }], ctx).dataSync<'float32'>().slice() as never)); // prettier-ignore
    expectSaves((random) => new graph.ConeQueries({ entities: 4, relations: 2, width: 2, seed: random.generator()() * 1e6 | 0 }), run); // prettier-ignore
    const model = planted();
    expectNoLeak(() => on((ctx) => void model.answer(hop(0, 1), [[1], [2], [], [0]], ctx)));
    expectNoLeak(() => on((ctx) => model.loss([hop(0, 1)], [[1]], ctx).dispose()));
    expectNoLeak(() => planted().dispose());
    model.dispose();
  });

  test('what is refused', () => {
    const model = planted();
    const thrown = (f: (ctx: core.Context) => unknown) => () => on((ctx) => tf.tidy(() => void f(ctx)));
    const where = 'graph.ConeQueries: ';
    expect(() => planted({ width: 0 })).toThrow(`${where}width must be an integer of at least 1, got 0`);
    expect(() => planted({ geometry: 'box' as never })).toThrow(`${where}geometry must be one of cone, point, got box`);
    expect(() => planted({ features: { values: new Float32Array(3), width: 1 } })).toThrow(`${where}values of features must be an integer 4..4, got 3`); // prettier-ignore
    expect(() => model.apply()).toThrow('cone-queries: queries are logical (cones, distances), got a tensor');
    expect(thrown((ctx) => model.cones([hop(0, 1), { entity: 1 }], ctx))).toThrow(`${where}queries of one call must be of one form, got ["pe","e"]`); // prettier-ignore
    expect(thrown((ctx) => model.cones([], ctx))).toThrow(`${where}queries must be an integer of at least 1, got 0`);
    expect(thrown((ctx) => model.distances([], ctx))).toThrow(`${where}queries must be an integer of at least 1, got 0`); // prettier-ignore
    expect(thrown((ctx) => model.distances([{ or: [] }], ctx))).toThrow(`${where}"or" must have a part, got none`);
    expect(thrown((ctx) => model.loss([hop(0, 1)], [[1], [2]], ctx))).toThrow(`${where}answers must be an integer 1..1, got 2`); // prettier-ignore
    expect(thrown((ctx) => model.loss([hop(0, 1)], [[4]], ctx))).toThrow(`${where}answers must be an integer 0..3, got 4`); // prettier-ignore
    expect(thrown((ctx) => model.loss([hop(0, 1), hop(0, 2)], [[1], []], ctx))).toThrow(`${where}answers of a query must be an integer of at least 1, got 0`); // prettier-ignore
    expect(thrown((ctx) => model.loss([hop(0, 1)], [[1]], ctx, -1))).toThrow(`${where}scale must be a number of at least 0, got -1`); // prettier-ignore
    expect(thrown((ctx) => model.answer(hop(0, 1), [[1], [2], [], [4]], ctx))).toThrow(`${where}parts must be an integer 0..3, got 4`); // prettier-ignore
    expect(thrown((ctx) => model.answer(hop(0, 1), [[], [], [], []], ctx, 5))).toThrow(`${where}least must be an integer 1..4, got 5`); // prettier-ignore
    model.dispose();
  });
});
