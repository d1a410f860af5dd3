import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectParameterGradients, spread } from '../../../support/gradients';
import { withGraph } from '../../../support/graphs';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectSaves } from '../../../support/saved';

const random = core.Random.fromSeed(1);
/** 0 -> 1 and 2 -> 1; nobody leads to 0 and 2. */
const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [2, 1]] }); // prettier-ignore
const VARIABLES: graph.CausalVariable[] = [
  { name: 'a', kind: 'normal' },
  { name: 'b', kind: 'normal', parents: ['a'], neighbours: ['a'] },
  { name: 'c', kind: 'normal', neighbours: ['b'] },
  { name: 'd', kind: 'binary', parents: ['c', 'a'] }
];
const make = (options: Partial<graph.CausalVaeOptions> = {}): graph.CausalVae =>
  new graph.CausalVae({ variables: VARIABLES, latent: 1, hidden: 3, random, ...options });
const column = (...values: number[]): tf.Tensor2D => tf.tensor2d(values, [values.length, 1]);
const observed = (): graph.NodeValues => ({ a: column(0.4, -0.3, 0.9), b: column(0.1, 0.2, -0.5), c: column(-1, 0.3, 0.6), d: column(1, 0, 1) }); // prettier-ignore
const values = observed();
const pass = <T>(f: (ctx: core.Context) => T): T => withGraph(g, f, { random: core.Random.fromSeed(9) });

describe('causal autoencoder of a network', () => {
  test('by hand without noise: the latent variable is that of what was observed; a child reads its parents, the mean of its neighbours and the latent variable, and their children it', () => {
    const model = make({ hidden: 1 });
    model.parameters().forEach((_, path) => setValue(model, path, (old) => tf.zerosLike(old)));
    // Of a, b, c, d and the means of their neighbours: latent 0.7 tanh(0.5 a - 0.2 c + 0.4 mean of b) - 0.1.
    setValue(model, 'encode.first.weight', () => column(0.5, 0, -0.2, 0, 0, 0.4, 0, 0));
    setValue(model, 'encode.second.weight', () => tf.tensor2d([[0.7, 0]]));
    setValue(model, 'encode.second.bias', () => tf.tensor1d([-0.1, -40]));
    // What is read of a, then of the mean of a, then of the latent variable; deviations e^-40.
    setValue(model, 'b.first.weight', () => column(0.3, -0.6, 0.9));
    setValue(model, 'c.first.weight', () => column(1.1, 0.2));
    setValue(model, 'd.first.weight', () => column(2, -1, 0));
    ['b', 'c'].forEach((name) => {
      setValue(model, `${name}.second.weight`, () => tf.tensor2d([[1.5, 0]]));
      setValue(model, `${name}.second.bias`, () => tf.tensor1d([0.25, -40]));
    });
    setValue(model, 'd.second.weight', () => tf.tensor2d([[200]]));
    const raw = Object.fromEntries(Object.entries(values).map(([name, of]) => [name, [...of.dataSync()]]));
    const near = (of: number[]): number[] => [0, (of[0] + of[2]) / 2, 0];
    const latent = raw.a.map((a, i) => 0.7 * Math.tanh(0.5 * a - 0.2 * raw.c[i] + 0.4 * near(raw.b)[i]) - 0.1);
    const follow = (b: number[], a: number[]) => {
      const c = near(b).map((mean, i) => 1.5 * Math.tanh(1.1 * mean + 0.2 * latent[i]) + 0.25);
      return { c, d: c.map((each, i) => Number(2 * each - a[i] > 0)) };
    };
    tf.tidy(() => pass((ctx) => {
      // All that follows from a.
      const made = model.intervene(values, { a: 0.8 }, ctx);
      const b = near([0.8, 0.8, 0.8]).map((mean, i) => 1.5 * Math.tanh(0.3 * 0.8 - 0.6 * mean + 0.9 * latent[i]) + 0.25);
      const { c, d } = follow(b, [0.8, 0.8, 0.8]);
      expectClose(made.a, [0.8, 0.8, 0.8], 1e-6);
      expectClose(made.b, b, 1e-5);
      expectClose(made.c, c, 1e-5);
      expect([...made.d.dataSync()]).toEqual(d);
      // Of b: a is as it was, and counts for d as it was.
      const half = model.intervene(values, { b: -2 }, ctx);
      const from = follow([-2, -2, -2], raw.a);
      expect(half.a).toBe(values.a);
      expectClose(half.c, from.c, 1e-5);
      expect([...half.d.dataSync()]).toEqual(from.d);
      // Both are set, what lies between does not undo it.
      const both = model.intervene(values, { a: 0.8, c: 0.1 }, ctx);
      expectClose(both.b, b, 1e-5);
      expectClose(both.c, [0.1, 0.1, 0.1], 1e-6);
      // Nothing follows from d.
      const none = model.intervene(values, { d: 0 }, ctx);
      expect([none.a, none.b, none.c]).toEqual([values.a, values.b, values.c]);
    })); // prettier-ignore
    model.dispose();
  });

  test('draws: a binary variable is 1 as often as its logit says, a normal one has its deviation; the same pass, the same draw', () => {
    const many = graph.fromEdges({ numNodes: 4000, edges: [] });
    const model = make({ variables: [{ name: 'a', kind: 'normal' }, { name: 'b', kind: 'binary', parents: ['a'] }, { name: 'c', kind: 'normal', parents: ['a'] }] }); // prettier-ignore
    model.parameters().forEach((_, path) => setValue(model, path, (old) => tf.zerosLike(old)));
    setValue(model, 'b.second.bias', () => tf.tensor1d([-1.2]));
    setValue(model, 'c.second.bias', () => tf.tensor1d([3, Math.log(0.5)]));
    tf.tidy(() => {
      const zeros = { a: tf.zeros<tf.Rank.R2>([4000, 1]), b: tf.zeros<tf.Rank.R2>([4000, 1]), c: tf.zeros<tf.Rank.R2>([4000, 1]) }; // prettier-ignore
      const [one, two] = [0, 1].map(() => withGraph(many, (ctx) => model.intervene(zeros, { a: 1 }, ctx), { random: core.Random.fromSeed(3) })); // prettier-ignore
      // Four standard errors.
      expect(Math.abs(one.b.mean().dataSync()[0] - 1 / (1 + Math.exp(1.2)))).toBeLessThan(4 * Math.sqrt(0.18 / 4000));
      const { mean, variance } = tf.moments(one.c);
      expect(Math.abs(mean.dataSync()[0] - 3)).toBeLessThan((4 * 0.5) / Math.sqrt(4000));
      expect(Math.abs(variance.dataSync()[0] / 0.25 - 1)).toBeLessThan(4 * Math.sqrt(2 / 4000));
      expectClose(one.c, two.c, 0);
    });
    model.dispose();
  });

  test('every parameter has the gradient of finite differences', () => {
    const model = make();
    model.parameters().forEach((_, path) => setValue(model, path, (old) => spread(old.shape, path.length)));
    expectParameterGradients(model, () => pass((ctx) => model.loss(values, ctx)));
    model.dispose();
  });

  test('what is saved computes the same; nothing is left behind', () => {
    expectSaves(
      (stream) => make({ random: stream }),
      (model) => tf.tidy(() => pass((ctx) => model.intervene(values, { a: 1 }, ctx).c.dataSync().slice()))
    );
    const model = make();
    expectNoLeak(() => tf.tidy(() => void pass((ctx) => model.intervene(values, { a: 1 }, ctx))));
    expectNoLeak(() => pass((ctx) => model.loss(values, ctx).dispose()));
    model.dispose();
    expectNoLeak(() => make().dispose());
  });

  test('what is refused', () => {
    const of =
      (...variables: graph.CausalVariable[]) =>
      () =>
        make({ variables });
    const rule = (what: string): string =>
      `graph.CausalVae: "${what}" must depend on variables before it, each of one name, got`;
    expect(of({ name: 'a', kind: 'normal' }, { name: 'a', kind: 'normal' })).toThrow(`${rule('a')} a`);
    expect(of({ name: 'a', kind: 'normal', neighbours: ['a'] })).toThrow(`${rule('a')} a`);
    expect(of()).toThrow('graph.CausalVae: variables must be an integer of at least 1, got 0');
    expect(of({ name: 'a', kind: 'count' as never })).toThrow('graph.CausalVae: kind of a must be one of normal, binary, got count'); // prettier-ignore
    expect(() => make({ latent: 0 })).toThrow('graph.CausalVae: latent must be an integer of at least 1, got 0');
    const model = make();
    expect(() => model.apply()).toThrow('causal-vae: values are by name (loss, intervene), got a tensor');
    expect(() => pass((ctx) => model.intervene(values, {}, ctx))).toThrow('graph.CausalVae: variables that are set must be some of a, b, c, d, got none'); // prettier-ignore
    expect(() => pass((ctx) => model.loss({ ...values, c: column(1, 2) }, ctx))).toThrow('graph.CausalVae: c: expects shape [3, 1], got [2, 1]'); // prettier-ignore
    expect(() => model.loss(values, core.Context.create())).toThrow('causal-vae: the pass must have edges (graph.OnGraph), got none'); // prettier-ignore
    model.dispose();
  });
});
