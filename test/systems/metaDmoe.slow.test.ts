import { core, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import type { moe } from '@switchyard/kernel-lib';
import { valuesOf } from '../support/networks';
import { mean, minimise } from '../support/regression';
import { DOMAINS, draw, makeDistill, makeTeachers } from '../support/rotated';

const { Context, Random } = core;

const HELD_OUT = [15, 45, 75, 105, 135];

/** Trains on a domain at a time, its own teacher left out, by the loss after adaptation. */
function metaTrain(distill: moe.MetaDistill, seed: number, steps: number): void {
  const loss = (ctx: core.Context, step: number) => {
    const random = Random.fromSeed(seed).child('meta').child(step);
    const without = Math.floor(random.generator()() * DOMAINS.length);
    const [support, query] = ['support', 'query'].map((name) => draw(DOMAINS[without], random.child(name)));
    return tf.losses.meanSquaredError(query.y, distill.adapted(support.x, query.x, ctx, { without }));
  };
  minimise(distill, loss, { seed, steps, learningRate: 0.005 });
}

test('[meta-dmoe] adapted to a rotation that none has seen, the student beats itself unadapted and the mean of teachers', () => {
  const runs = [1, 2].map((seed) => {
    const teachers = makeTeachers(seed, 100);
    const frozen = teachers.map(valuesOf);
    const distill = makeDistill(teachers, seed);
    metaTrain(distill, seed, 220);
    // A student that learns all domains at once, and never adapts.
    const plain = makeDistill(teachers, seed, 0);
    metaTrain(plain, seed, 220);
    const met = HELD_OUT.map((angle) => {
      const random = Random.fromSeed(77).child(angle);
      const [support, query] = [draw(angle, random.child('support')), draw(angle, random.child('query'), 200)];
      const error = (predict: () => tf.Tensor) =>
        tf.tidy(() => tf.losses.meanSquaredError(query.y, predict()).dataSync()[0]);
      const ctx = Context.create();
      const { output, weights } = distill.fuse(support.x, ctx);
      const share = Array.from(weights.dataSync());
      const nearest = DOMAINS.map((domain) => Math.abs(domain - angle) <= 15);
      const result = {
        adapted: error(() => distill.adapted(support.x, query.x, ctx)),
        unadapted: error(() => distill.apply(query.x, ctx)),
        plain: error(() => plain.apply(query.x, ctx)),
        teachers: error(() => tf.addN(teachers.map((teacher) => teacher.apply(query.x, ctx))).div(DOMAINS.length)),
        nearest: share.reduce((sum, weight, e) => sum + (nearest[e] ? weight : 0), 0)
      };
      tf.dispose([output, weights, support, query] as tf.TensorContainer);
      return result;
    });
    expect(teachers.map(valuesOf)).toEqual(frozen);
    [distill, plain, ...teachers].forEach((each) => each.dispose());
    return Object.fromEntries(
      (['adapted', 'unadapted', 'plain', 'teachers', 'nearest'] as const).map((of) => [
        of,
        mean(met.map((each) => each[of]))
      ])
    );
  });
  const of = (name: string) => mean(runs.map((run) => run[name]));
  ['unadapted', 'plain', 'teachers'].forEach((other) => expect(of('adapted')).toBeLessThan(of(other)));
  // Two of six would have a third by chance.
  expect(of('nearest')).toBeGreaterThan(0.45);
});
