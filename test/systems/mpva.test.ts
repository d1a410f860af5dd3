import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { withGraph } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const within = <T>(g: graph.Graph, f: (ctx: core.Context) => T): T => withGraph(g, f, { random: core.Random.fromSeed(9) }); // prettier-ignore

describe('MPVA', () => {
  test('[mpva] what is set does not hear its causes, what follows passes on over edges, and the rest stays as it was', () => {
    const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1]] }); // prettier-ignore
    const model = new graph.CausalVae({ variables: [{ name: 'a', kind: 'normal' }, { name: 'b', kind: 'binary', parents: ['a'] }, { name: 'c', kind: 'normal', neighbours: ['b'] }, { name: 'd', kind: 'normal', parents: ['a'] }], latent: 1, random: core.Random.fromSeed(1) }); // prettier-ignore
    const values: graph.NodeValues = { a: tf.tensor2d([[1], [2], [3]]), b: tf.tensor2d([[0], [1], [0]]), c: tf.tensor2d([[4], [5], [6]]), d: tf.tensor2d([[7], [8], [9]]) }; // prettier-ignore
    tf.tidy(() => within(g, (ctx) => {
      const [none, one] = [0, 1].map((b) => model.intervene(values, { b }, ctx));
      expectClose(one.b, [1, 1, 1]);
      expect([[...one.a.dataSync()], [...one.d.dataSync()]]).toEqual([[1, 2, 3], [7, 8, 9]]); // prettier-ignore
      // Node 1 hears that of node 0; nobody leads to the others, and they have the same draw.
      const moved = one.c.sub(none.c).abs().dataSync();
      expect(moved[0] + moved[2]).toBe(0);
      expect(moved[1]).toBeGreaterThan(1e-3);
      const whole = model.intervene(values, { a: 0 }, ctx);
      expect(whole.b.dataSync().every((value) => value === 0 || value === 1)).toBe(true);
      expect([...whole.d.dataSync()]).not.toEqual([7, 8, 9]);
      expect(() => model.intervene(values, { e: 1 }, ctx)).toThrow('graph.CausalVae: variables that are set must be some of a, b, c, d, got e'); // prettier-ignore
      expect(() => model.loss({ a: values.a } as never, ctx)).toThrow('graph.CausalVae: b must be given, got undefined'); // prettier-ignore
    })); // prettier-ignore
    expectNoLeak(() => within(g, (ctx) => model.loss(values, ctx).dispose()));
    tf.dispose(values);
    model.dispose();
    expect(() => new graph.CausalVae({ variables: [{ name: 'a', kind: 'normal', parents: ['b'] }, { name: 'b', kind: 'normal' }], random: core.Random.fromSeed(1) })).toThrow('graph.CausalVae: "a" must depend on variables before it, each of one name, got b'); // prettier-ignore
  });

  test('[mpva] the loss by hand, of one normal variable and one that is 0 or 1, with a latent variable that is not read', () => {
    const model = new graph.CausalVae({ variables: [{ name: 'a', kind: 'normal' }, { name: 'b', kind: 'binary' }], latent: 1, hidden: 2, random: core.Random.fromSeed(1) }); // prettier-ignore
    const [a, b] = [[0.5, -1], [1, 0]]; // prettier-ignore
    tf.tidy(() => {
      // Zeros but for the last biases: mean 0.2 and deviation e^0.1, a logit of 0.7, a posterior of 0.3 and e^-0.5.
      model.parameters().forEach((parameter) => parameter.assign(tf.zerosLike(parameter.variable)));
      model
        .parameters()
        .get('a.second.bias')!
        .assign(tf.tensor1d([0.2, 0.1]));
      model
        .parameters()
        .get('b.second.bias')!
        .assign(tf.tensor1d([0.7]));
      model
        .parameters()
        .get('encode.second.bias')!
        .assign(tf.tensor1d([0.3, -0.5]));
      const values = { a: tf.tensor2d(a, [2, 1]), b: tf.tensor2d(b, [2, 1]) };
      const found = within(graph.generators.path({ nodes: 2 }), (ctx) => model.loss(values, ctx).dataSync()[0]);
      const normal = mean(a.map((value) => ((value - 0.2) / Math.exp(0.1)) ** 2 / 2 + 0.1 + 0.5 * Math.log(2 * Math.PI))); // prettier-ignore
      const binary = mean(b.map((value) => Math.log(1 + Math.exp(0.7)) - 0.7 * value));
      const divergence = (0.3 ** 2 + Math.exp(-1) - 1) / 2 + 0.5;
      expect(found).toBeCloseTo(normal + binary + divergence, 5);
    });
    model.dispose();
  });
});
