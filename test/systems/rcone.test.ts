import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { expectClose, expectNoLeak } from '../support/numeric';

type Query = graph.LogicalQuery;

describe('RConE', () => {
  test('[rcone] a conjunction is no wider than its parts; and, or and not of queries, and what is refused', () => {
    const model = new graph.ConeQueries({ entities: 5, relations: 2, width: 4, features: { values: spread([5, 3]).dataSync<'float32'>().slice(), width: 3 }, seed: 1 }); // prettier-ignore
    const parts = [0, 7].map((offset) => ({ axis: spread([6, 4], offset).mul<tf.Tensor2D>(3), aperture: spread([6, 4], offset + 3).abs().mul<tf.Tensor2D>(6) })); // prettier-ignore
    const ctx = core.Context.create();
    tf.tidy(() => {
      const { aperture } = model.intersect(parts, ctx);
      parts.forEach((part) => expect(aperture.lessEqual(part.aperture.add(1e-6)).all().dataSync()[0]).toBe(1));
      const hop: Query = { relation: 0, of: { entity: 1 } };
      const other: Query = { relation: 1, of: { entity: 2 } };
      const rows = (queries: Query[]): number[][] => model.distances(queries, ctx).arraySync();
      const [a, b, either] = rows([hop, other, { or: [hop, other] }]);
      expectClose(either, a.map((value, i) => Math.min(value, b[i])), 1e-6); // prettier-ignore
      // Of one form or several, in any order.
      expectClose(rows([other, { not: hop }, hop]).flat(), [...b, ...rows([{ not: hop }])[0], ...a], 1e-6);
      const [twice] = rows([{ not: { not: hop } }]);
      expectClose(twice, a, 1e-5);
      // Not of a cone is the rest of each plane.
      const [[is], [not]] = [hop, { not: hop }].map((query) => model.cones([query], ctx));
      expectClose(not.axis.cos(), is.axis.cos().neg(), 1e-5);
      expectClose(not.aperture.add(is.aperture), tf.fill([1, 4], 2 * Math.PI), 1e-5);
      // De Morgan, and a conjunction of a disjunction by its parts.
      const [left] = rows([{ not: { or: [hop, other] } }]);
      expectClose(left, rows([{ and: [{ not: hop }, { not: other }] }])[0], 1e-6);
      expect(model.cones([{ and: [{ or: [hop, other] }, hop] }], ctx)).toHaveLength(2);
      expectGradients(
        (axis) => {
          const { axis: found, aperture: width } = model.intersect([{ ...parts[0], axis: axis as tf.Tensor2D }, parts[1]], ctx); // prettier-ignore
          return found.sin().add(width);
        },
        [parts[0].axis]
      );
    });
    expectNoLeak(() => model.distances([{ relation: 0, of: { entity: 1 } }], ctx).dispose());
    expect(() => model.distances([{ entity: 5 }], ctx)).toThrow('graph.ConeQueries: entities must be an integer 0..4, got 5'); // prettier-ignore
    expect(() => model.distances([{ relation: 2, of: { entity: 0 } }], ctx)).toThrow('graph.ConeQueries: relations must be an integer 0..1, got 2'); // prettier-ignore
    expect(() => model.distances([{ and: [] }], ctx)).toThrow('graph.ConeQueries: "and" must have a part, got none');
    parts.forEach((part) => tf.dispose([part.axis, part.aperture]));
    model.dispose();
  });

  test('[rcone] rough answers: candidates lie in the upper approximation, and their parts come in the order of the lower one', () => {
    const model = new graph.ConeQueries({ entities: 8, relations: 1, width: 1, seed: 3 });
    tf.tidy(() => {
      model
        .parameters()
        .get('angles')!
        .assign(tf.tensor2d([0, 0.55, 2, 3, 0.3, 0.52, 0.05, 2.1], [8, 1]));
      model
        .parameters()
        .get('turns')!
        .assign(tf.tensor2d([[0]]));
      model
        .parameters()
        .get('widenings')!
        .assign(tf.tensor2d([[1]]));
      // A share of 0.05: half apertures of 0.475, 0.5 and 0.632.
      model
        .parameters()
        .get('rough')!
        .assign(tf.tensor1d([Math.log(0.05 / 0.95)]));
    });
    const parts = [[], [4, 7], [5], [6], [], [], [7], []];
    const ctx = core.Context.create();
    // Of those with parts 6 lies in the cone, 1 in its upper approximation alone, and 2 and 3 in neither.
    const query: Query = { relation: 0, of: { entity: 0 } };
    expect(model.answer(query, parts, ctx)).toEqual({ candidates: [6, 1], parts: [4, 7, 7] });
    expect(model.answer(query, parts, ctx, 3)).toEqual({ candidates: [6, 1, 2], parts: [4, 5, 7, 7] });
    tf.tidy(() => {
      // Of the cone's half 0.5, narrowed to 0.475 and widened to 0.632: what lies outside has half a chord to the edge.
      const chord = (angle: number): number => Math.abs(Math.sin(angle / 2));
      const of = (approximation?: 'lower' | 'upper'): number => model.distances([query], ctx, approximation).arraySync()[0][2]; // prettier-ignore
      const halves = [0.475, 0.5, 0.5 * 0.95 + Math.PI * 0.05];
      expectClose([of('lower'), of(), of('upper')], halves.map((half) => chord(2 - half) + 0.1 * chord(half)), 1e-4); // prettier-ignore
    });
    expect(() => model.answer({ entity: 0 }, [[]], ctx)).toThrow('graph.ConeQueries: entities with parts must be an integer 8..8, got 1'); // prettier-ignore
    model.dispose();
  });
});
