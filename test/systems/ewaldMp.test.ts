import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { passOn } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const random = core.Random.fromSeed(3);
/** Nodes without edges, so many in each graph. */
const clouds = (sizes: readonly number[]): graph.Graph =>
  graph.fromEdges({ numNodes: sizes.reduce((a, b) => a + b), edges: [], graphOf: sizes.flatMap((size, i) => new Array<number>(size).fill(i)) }); // prettier-ignore

describe('Ewald message passing', () => {
  test('[ewald-mp] messages are the filtered sum over all pairs of a graph, and of no other', () => {
    const layer = new graph.EwaldMessages({ width: 2, box: [1, 2], cutoff: 8, random });
    // Steps of 2 pi and pi: (0, 1), (0, 2), (1, -1), (1, 0), (1, 1).
    expect(layer.frequencies.map((k) => k.map((value, d) => Math.round((value * (d + 1)) / (2 * Math.PI))))).toEqual([[0, 1], [0, 2], [1, -1], [1, 0], [1, 1]]); // prettier-ignore
    const g = clouds([4, 3]);
    const x = spread([7, 4]) as tf.Tensor2D;
    const filter = layer.parameters().get('filter')!.variable.arraySync() as number[][];
    const rows = x.arraySync();
    const wanted = rows.flatMap((to, i) => [0, 1].map((f) => {
      const others = rows.filter((_, j) => i < 4 === j < 4);
      const along = (k: readonly number[], from: number[]): number => Math.cos(k[0] * (to[2] - from[2]) + k[1] * (to[3] - from[3])); // prettier-ignore
      return others.reduce((sum, from) => sum + layer.frequencies.reduce((all, k, at) => all + from[f] * filter[at][f] * along(k, from), 0), 0);
    })); // prettier-ignore
    tf.tidy(() => {
      const found = passOn(g, layer, x);
      expectClose(found, wanted, 1e-5);
      // All points moved, and by whole boxes.
      const shift = (by: number[]): tf.Tensor => x.add(tf.tensor1d([0, 0, ...by]));
      expectClose(passOn(g, layer, shift([0.3, -0.7])), found, 1e-5);
      expectClose(passOn(g, layer, shift([1, -4])), found, 1e-5);
    });
    expectGradients((rows) => passOn(g, layer, rows), [x], 2e-2);
    expectNoLeak(() => passOn(g, layer, x).dispose());
    [x, layer].forEach((each) => each.dispose());
    expect(() => new graph.EwaldMessages({ width: 1, box: [1], cutoff: 6, random })).toThrow("graph.EwaldMessages: cutoff must be at least the box's least frequency (6.28"); // prettier-ignore
    expect(() => new graph.EwaldMessages({ width: 1, box: [0], cutoff: 6, random })).toThrow('graph.EwaldMessages: lengths of the box must be a number of at least 1e-9, got 0'); // prettier-ignore
  });

  test('[ewald-mp] energies of charges in a box: with it the error is below a third of that of pairs within a distance; the filter that is found is that of the waves', () => {
    const [seen, unseen] = [chargesOf(50, 1), chargesOf(20, 2)];
    const errors = (far: boolean): number[] => {
      const messages = new graph.EwaldMessages({ width: 1, box: [1, 1], cutoff: 14, random });
      const near = new layers.Linear({ inputWidth: BASIS, outputWidth: 1, random });
      const both = new layers.Sequential([messages, near]);
      const energy = ({ g, x, pairs }: typeof seen, ctx: core.Context): tf.Tensor => {
        ctx.setState(core.stateKey<graph.Graph>('graph'), g);
        const heard = far ? messages.apply(x, ctx).mul(x.slice([0, 0], [-1, 1])) : tf.zeros([g.numNodes, 1]);
        return graph
          .readout(heard as tf.Tensor2D, g, 'sum')
          .add(near.apply(pairs, ctx))
          .reshape([-1]);
      };
      minimise(both, (ctx) => energy(seen, ctx).sub(seen.energies).square().mean(), { steps: 200, learningRate: 0.05 });
      const ctx = core.Context.create();
      const found = tf.tidy(() => [...energy(unseen, ctx).sub(unseen.energies).abs().dataSync()]);
      ctx.dispose();
      // Each pair stands in the sum twice: half of the waves' 0.5 / n^2.
      const filter = messages.parameters().get('filter')!.variable.dataSync();
      const wanted = messages.frequencies.map((k) => (0.25 * 4 * Math.PI ** 2) / (k[0] ** 2 + k[1] ** 2));
      if (far) {
        expectClose(filter, wanted, 0.02);
      }
      both.dispose();
      return found;
    };
    const [withFar, nearOnly] = [errors(true), errors(false)];
    const mean = (of: number[]): number => of.reduce((a, b) => a + b) / of.length;
    expect(mean(withFar)).toBeLessThan(mean(nearOnly) / 3);
    [seen, unseen].forEach(({ x, pairs, energies }) => tf.dispose([x, pairs, energies]));
  });
});

const [CHARGES, REACH, BASIS] = [8, 0.25, 6];

/** Charges of a unit, as many of each sign, in a periodic square; energies of pairs: a bump that ends at REACH, and waves that reach everywhere. */
function chargesOf(count: number, seed: number) {
  const next = core.Random.fromSeed(seed).generator();
  const [rows, pairs, energies]: [number[][], number[][], number[]] = [[], [], []];
  for (let i = 0; i < count; i++) {
    const points = Array.from({ length: CHARGES }, (_, j) => [j % 2 === 0 ? 1 : -1, next(), next()]);
    // What charges have with themselves in the waves is there from the start: 8 times 0.25 (1 + 1 + 1/2 + 1/2 + 1/4 + 1/4).
    const [basis, parts] = [new Array<number>(BASIS).fill(0), [0, 7]];
    points.forEach(([q, x, y], a) => points.slice(a + 1).forEach(([p, u, v]) => {
      const [dx, dy] = [x - u, y - v].map((gap) => gap - Math.round(gap));
      const r = Math.hypot(dx, dy);
      basis.forEach((_, b) => (basis[b] += r < REACH ? q * p * Math.cos((Math.PI * b * r) / REACH) * (1 - r / REACH) : 0));
      parts[0] += r < REACH ? q * p * (1 - r / REACH) ** 2 : 0;
      // Waves of the box, of weight 1 / n^2.
      [[1, 0], [0, 1], [1, 1], [1, -1], [2, 0], [0, 2]].forEach(([m, n]) => (parts[1] += (0.5 * q * p * Math.cos(2 * Math.PI * (m * dx + n * dy))) / (m * m + n * n)));
    })); // prettier-ignore
    rows.push(...points);
    pairs.push(basis);
    energies.push(parts[0] + parts[1]);
  }
  return { g: clouds(new Array<number>(count).fill(CHARGES)), x: tf.tensor2d(rows), pairs: tf.tensor2d(pairs), energies: tf.tensor1d(energies) }; // prettier-ignore
}
