import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { drawnGraph, withGraph } from './graphs';
import { minimise } from './regression';

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

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Effect of do(s) on y as a trained model has it, over the truth and less 1, and that of a difference of means; and a classifier of y with the effect in its loss and without: share told right, and interventional gap by other draws. */
export function interventionErrors(seed: number) {
  const data = simulated(seed);
  const truth = (0.8 + 0.5 * (1 - data.isolated)) * 1 + 0.7 * (0.8 + 0.5) * (1 - data.isolated);
  const model = new graph.CausalVae({ variables: VARIABLES, random: core.Random.fromSeed(seed + 3) });
  minimise(model, (ctx) => (ctx.setState(GRAPH, data.g), model.loss(data.values, ctx)), { steps: 200, learningRate: 0.02 }); // prettier-ignore
  const draws = withGraph(data.g, (ctx) => [0, 1].map((s) => model.intervene(data.values, { s }, ctx)), { random: core.Random.fromSeed(9) }); // prettier-ignore
  const found = mean([...draws[1].y.dataSync()]) - mean([...draws[0].y.dataSync()]);
  const of = (is: number): number => mean(data.raw.y.filter((_, i) => data.raw.s[i] === is));
  // Classes of y; a graph convolution on x and z.
  const middle = [...data.raw.y].sort((p, q) => p - q)[N / 2];
  const classes = tf.tensor2d(data.raw.y.map((value) => Number(value > middle)), [N, 1]); // prettier-ignore
  const features = (values: graph.NodeValues): tf.Tensor2D => tf.concat([values.x, values.z], 1);
  const fit = (penalty: number): { right: number; gap: number } => {
    const net = new layers.Sequential([new graph.SAGE({ inputWidth: 2, outputWidth: 1, random: core.Random.fromSeed(seed + 4) })]); // prettier-ignore
    const share = (values: graph.NodeValues, ctx: core.Context): tf.Tensor => (ctx.setState(GRAPH, data.g), net.apply(features(values), ctx).sigmoid()); // prettier-ignore
    const gap = (ctx: core.Context): tf.Tensor => share(draws[1], ctx).mean().sub(share(draws[0], ctx).mean());
    minimise(net, (ctx) => tf.losses.logLoss(classes, share(data.values, ctx)).add(gap(ctx).square().mul(penalty)), { steps: 100, learningRate: 0.03 }); // prettier-ignore
    const right = tf.tidy(() => share(data.values, core.Context.create()).round().equal(classes).mean().dataSync()[0]);
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
  tf.dispose([data.values, draws as unknown as tf.Tensor[], classes]);
  model.dispose();
  return { effect: Math.abs(found / truth - 1), conditional: Math.abs((of(1) - of(0)) / truth - 1), plain, fair };
}
