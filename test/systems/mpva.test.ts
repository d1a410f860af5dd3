import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { drawnGraph } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const N = 600;
const GRAPH = core.stateKey<graph.Graph>('graph');
const VARIABLES: graph.CausalVariable[] = [
  { name: 'z', kind: 'normal' },
  { name: 's', kind: 'binary', parents: ['z'], neighbours: ['z'] },
  { name: 'x', kind: 'normal', parents: ['z', 's'], neighbours: ['s'] },
  { name: 'y', kind: 'normal', parents: ['z', 'x'], neighbours: ['x'] }
];

/** A network whose z leads to both s and y: mean of neighbours, and what follows from s at all nodes is 0.8 + 0.5 of x, and 1 + 0.7 times that of y. */
function simulated(seed: number) {
  const random = core.Random.fromSeed(seed);
  const g = drawnGraph(N, 6 / N, random.child('graph'));
  const normal = (name: string): number[] => {
    const drawn = random.child(name).normal([N]);
    const values = [...drawn.dataSync()];
    drawn.dispose();
    return values;
  };
  const next = random.child('s').generator();
  const near = (of: number[]): number[] => of.map((_, node) => {
    const from = Array.from(g.incoming.neighbours.subarray(g.incoming.starts[node], g.incoming.starts[node + 1]));
    return from.reduce((sum, other) => sum + of[other], 0) / Math.max(1, from.length);
  }); // prettier-ignore
  const z = normal('z');
  const zs = near(z);
  const s = z.map((value, i) => Number(next() < 1 / (1 + Math.exp(-1.5 * value - zs[i]))));
  const [ss, noise] = [near(s), normal('x')];
  const x = z.map((value, i) => 0.8 * s[i] + 0.5 * ss[i] + 0.6 * value + 0.25 * noise[i]);
  const [xs, more] = [near(x), normal('y')];
  const y = z.map((value, i) => x[i] + 1.2 * value + 0.7 * xs[i] + 0.25 * more[i]);
  const values = Object.fromEntries(Object.entries({ z, s, x, y }).map(([name, of]) => [name, tf.tensor2d(of, [N, 1])])); // prettier-ignore
  const isolated = zs.filter((_, node) => g.incoming.starts[node] === g.incoming.starts[node + 1]).length / N;
  return { g, values, raw: { s, y }, isolated };
}

const within = <T>(g: graph.Graph, f: (ctx: core.Context) => T): T => {
  const ctx = core.Context.create({ random: core.Random.fromSeed(9) });
  ctx.setState(GRAPH, g);
  const found = f(ctx);
  ctx.dispose();
  return found;
};

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function trained(data: ReturnType<typeof simulated>): graph.CausalVae {
  const model = new graph.CausalVae({ variables: VARIABLES, random: core.Random.fromSeed(4) });
  minimise(model, (ctx) => (ctx.setState(GRAPH, data.g), model.loss(data.values, ctx)), { steps: 200, learningRate: 0.02 }); // prettier-ignore
  return model;
}

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

  test('[mpva] what do(s) does to y is found within a tenth, where a difference of means is not; a classifier with it in its loss has a smaller interventional gap', () => {
    const data = simulated(1);
    const truth = (0.8 + 0.5 * (1 - data.isolated)) * 1 + 0.7 * (0.8 + 0.5) * (1 - data.isolated);
    const model = trained(data);
    const draws = within(data.g, (ctx) => [0, 1].map((s) => model.intervene(data.values, { s }, ctx)));
    const found = mean([...draws[1].y.dataSync()]) - mean([...draws[0].y.dataSync()]);
    const of = (is: number): number => mean(data.raw.y.filter((_, i) => data.raw.s[i] === is));
    const conditional = of(1) - of(0);
    expect(Math.abs(found - truth)).toBeLessThan(0.1 * truth);
    expect(Math.abs(conditional - truth)).toBeGreaterThan(0.3 * truth);
    // Classes of y; a graph convolution on x and z.
    const middle = [...data.raw.y].sort((p, q) => p - q)[N / 2];
    const classes = tf.tensor2d(data.raw.y.map((value) => Number(value > middle)), [N, 1]); // prettier-ignore
    const features = (values: graph.NodeValues): tf.Tensor2D => tf.concat([values.x, values.z], 1);
    const fit = (penalty: number) => {
      const net = new layers.Sequential([new graph.SAGE({ inputWidth: 2, outputWidth: 1, random: core.Random.fromSeed(5) })]); // prettier-ignore
      const share = (values: graph.NodeValues, ctx: core.Context): tf.Tensor => (ctx.setState(GRAPH, data.g), net.apply(features(values), ctx).sigmoid()); // prettier-ignore
      const gap = (ctx: core.Context): tf.Tensor => share(draws[1], ctx).mean().sub(share(draws[0], ctx).mean());
      minimise(net, (ctx) => tf.losses.logLoss(classes, share(data.values, ctx)).add(gap(ctx).square().mul(penalty)), { steps: 100, learningRate: 0.03 }); // prettier-ignore
      const right = tf.tidy(
        () => share(data.values, core.Context.create()).round().equal(classes).mean().dataSync()[0]
      );
      // The gap of other draws, which it was not trained on.
      const other = tf.tidy(() => {
        const ctx = core.Context.create({ random: core.Random.fromSeed(77) });
        ctx.setState(GRAPH, data.g);
        const [none, one] = [0, 1].map((s) => share(model.intervene(data.values, { s }, ctx), ctx).mean());
        return one.sub(none).dataSync()[0];
      });
      net.dispose();
      return { right, gap: Math.abs(other) };
    };
    const [plain, fair] = [fit(0), fit(20)];
    expect(fair.gap).toBeLessThan(plain.gap / 3);
    expect(fair.right).toBeGreaterThan(0.6);
    tf.dispose([data.values, draws as unknown as tf.Tensor[], classes]);
    model.dispose();
  });
});
