import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

/** Nodes without edges, so many in each graph. */
export const clouds = (sizes: readonly number[]): graph.Graph =>
  graph.fromEdges({ numNodes: sizes.reduce((a, b) => a + b), edges: [], graphOf: sizes.flatMap((size, i) => new Array<number>(size).fill(i)) }); // prettier-ignore

const [CHARGES, REACH, BASIS] = [8, 0.25, 6];

/** Charges of a unit, as many of each sign, in a periodic square; energies of pairs: a bump that ends at REACH, and waves that reach everywhere; `far` is the part of pairs beyond REACH. */
export function chargesOf(count: number, seed: number) {
  const next = core.Random.fromSeed(seed).generator();
  const [rows, pairs, energies, far]: [number[][], number[][], number[], number[]] = [[], [], [], []];
  for (let i = 0; i < count; i++) {
    const points = Array.from({ length: CHARGES }, (_, j) => [j % 2 === 0 ? 1 : -1, next(), next()]);
    // What charges have with themselves in the waves is there from the start: 8 times 0.25 (1 + 1 + 1/2 + 1/2 + 1/4 + 1/4).
    const [basis, parts] = [new Array<number>(BASIS).fill(0), [0, 7]];
    let beyond = 0;
    points.forEach(([q, x, y], a) => points.slice(a + 1).forEach(([p, u, v]) => {
      const [dx, dy] = [x - u, y - v].map((gap) => gap - Math.round(gap));
      const r = Math.hypot(dx, dy);
      basis.forEach((_, b) => (basis[b] += r < REACH ? q * p * Math.cos((Math.PI * b * r) / REACH) * (1 - r / REACH) : 0));
      parts[0] += r < REACH ? q * p * (1 - r / REACH) ** 2 : 0;
      // Waves of the box, of weight 1 / n^2.
      const waves = [[1, 0], [0, 1], [1, 1], [1, -1], [2, 0], [0, 2]].reduce((sum, [m, n]) => sum + (0.5 * q * p * Math.cos(2 * Math.PI * (m * dx + n * dy))) / (m * m + n * n), 0);
      parts[1] += waves;
      beyond += r < REACH ? 0 : waves;
    })); // prettier-ignore
    rows.push(...points);
    pairs.push(basis);
    energies.push(parts[0] + parts[1]);
    far.push(beyond);
  }
  return { g: clouds(new Array<number>(count).fill(CHARGES)), x: tf.tensor2d(rows), pairs: tf.tensor2d(pairs), energies: tf.tensor1d(energies), far }; // prettier-ignore
}

/** Errors of energies never seen, of pairs within REACH by a basis of their distance, with waves of the box beside it where `waves`; and the filter of these. */
export function energyErrors(waves: boolean, seed: number, { count = 50, asked = 20, steps = 200 } = {}) {
  const random = core.Random.fromSeed(seed).child('ewald');
  const [seen, unseen] = [chargesOf(count, 2 * seed - 1), chargesOf(asked, 2 * seed)];
  const messages = new graph.EwaldMessages({ width: 1, box: [1, 1], cutoff: 14, random });
  const near = new layers.Linear({ inputWidth: BASIS, outputWidth: 1, random });
  const both = new layers.Sequential([messages, near]);
  const energy = ({ g, x, pairs }: typeof seen, ctx: core.Context): tf.Tensor => {
    ctx.setState(core.stateKey<graph.Graph>('graph'), g);
    const heard = waves ? messages.apply(x, ctx).mul(x.slice([0, 0], [-1, 1])) : tf.zeros([g.numNodes, 1]);
    return graph
      .readout(heard as tf.Tensor2D, g, 'sum')
      .add(near.apply(pairs, ctx))
      .reshape([-1]);
  };
  minimise(both, (ctx) => energy(seen, ctx).sub(seen.energies).square().mean(), { steps, learningRate: 0.05 });
  const ctx = core.Context.create();
  const errors = tf.tidy(() => [...energy(unseen, ctx).sub(unseen.energies).abs().dataSync()]);
  ctx.dispose();
  const filter = [...messages.parameters().get('filter')!.variable.dataSync()];
  // Each pair stands in the sum twice: half of the waves' 0.5 / n^2.
  const wanted = messages.frequencies.map((k) => (0.25 * 4 * Math.PI ** 2) / (k[0] ** 2 + k[1] ** 2));
  both.dispose();
  [seen, unseen].forEach(({ x, pairs, energies }) => tf.dispose([x, pairs, energies]));
  return { errors, far: unseen.far, filter, wanted };
}
