import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const GRAPH = core.stateKey<graph.Graph>('graph');
const CUTOFF = 2.5;
const TYPES = [0, 1, 0, 1, 1, 0];
const POINTS = [[0, 0, 0], [1, 0.2, -0.1], [-0.4, 1.1, 0.3], [0.2, -0.7, 1.2], [-0.9, -0.5, -0.8], [0.6, 0.9, 1.1]]; // prettier-ignore

/** A turn about an axis that is none of the coordinates', and a mirror. */
const turn = ((a: number, b: number): number[][] => {
  const [c, s, k, z] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  return [[c, -s * k, s * z], [s, c * k, -c * z], [0, z, k]]; // prettier-ignore
})(0.7, 1.9);
const mirror = [[-1, 0, 0], [0, 1, 0], [0, 0, 1]]; // prettier-ignore

function model(options: Partial<graph.MaceOptions> = {}): graph.Mace {
  return new graph.Mace({ species: 2, cutoff: CUTOFF, width: 4, lMax: 2, radial: 4, seed: 1, ...options });
}

function on<T>(g: graph.Graph, run: (ctx: core.Context) => T): T {
  const ctx = core.Context.create();
  ctx.setState(GRAPH, g);
  const out = run(ctx);
  ctx.dispose();
  return out;
}

const cloud = (points = POINTS, nodeTypes = TYPES): graph.Graph =>
  graph.radiusGraph(points, { radius: CUTOFF, nodeTypes });
const of = (points: number[][]): tf.Tensor2D => tf.tensor2d(points);
const energyOf = (mace: graph.Mace, g: graph.Graph, points: number[][]): number =>
  tf.tidy(() => on(g, (ctx) => mace.energy(of(points), ctx).dataSync()[0]));

describe('MACE', () => {
  test('[mace] energies stay and forces turn as all is turned, mirrored, moved or renumbered; atoms beyond the cutoff are not heard', () => {
    for (const [lMax, hiddenDegree] of [
      [2, 1],
      [3, 2]
    ]) {
      // prettier-ignore
      const mace = model({ lMax, hiddenDegree, width: lMax === 3 ? 2 : 4 });
      const g = cloud();
      tf.tidy(() => {
        const x = of(POINTS);
        const [energy, forces] = on(g, (ctx) => [mace.energy(x, ctx), mace.forces(x, ctx)]);
        expect(Math.abs(energy.dataSync()[0])).toBeGreaterThan(1e-2);
        expect(forces.abs().max().dataSync()[0]).toBeGreaterThan(1e-2);
        expectClose(forces.sum(0), [0, 0, 0], 1e-4);
        for (const map of [turn, mirror]) {
          const y = tf.matMul(x, tf.tensor2d(map), false, true).add<tf.Tensor2D>([3, -1, 2]);
          on(g, (ctx) => {
            expectClose(mace.energy(y, ctx), energy, 1e-5);
            expectClose(mace.forces(y, ctx), tf.matMul(forces as tf.Tensor2D, tf.tensor2d(map), false, true), 1e-4);
          });
        }
        const order = [3, 0, 5, 1, 4, 2];
        const turned = order.map((i) => POINTS[i]);
        const again = cloud(turned, order.map((i) => TYPES[i])); // prettier-ignore
        expectClose([energyOf(mace, again, turned)], energy, 1e-5);
        // What an atom of another kind would do, and one that is beyond the cutoff.
        expect(
          Math.abs(energyOf(mace, cloud(POINTS, [1, ...TYPES.slice(1)]), POINTS) - energy.dataSync()[0])
        ).toBeGreaterThan(1e-3);
        const far = [...POINTS, [9, 9, 9]];
        const lone = energyOf(mace, cloud([[0, 0, 0]], [0]), [[0, 0, 0]]);
        expectClose([energyOf(mace, cloud(far, [...TYPES, 0]), far) - lone], energy, 1e-5);
        // The end of hearing is no jump: just within the cutoff two atoms are as alone.
        const pair = (at: number): number => energyOf(mace, cloud([[0, 0, 0], [at, 0, 0]], [0, 0]), [[0, 0, 0], [at, 0, 0]]); // prettier-ignore
        expect(Math.abs(pair(CUTOFF - 1e-3) - 2 * lone)).toBeLessThan(1e-4);
        expect(Math.abs(pair(1) - 2 * lone)).toBeGreaterThan(1e-3);
      });
      mace.dispose();
    }
  });

  test('[mace] forces are the energy falling, by differences of it', () => {
    const mace = model();
    const points = POINTS.slice(0, 4);
    const g = cloud(points, TYPES.slice(0, 4));
    tf.tidy(() => {
      const forces = on(g, (ctx) => mace.forces(of(points), ctx)).arraySync();
      const step = 5e-3;
      points.forEach((point, i) => point.forEach((_, d) => {
        const moved = (by: number): number[][] => points.map((row, at) => row.map((value, c) => (at === i && c === d ? value + by : value)));
        const slope = (energyOf(mace, g, moved(step)) - energyOf(mace, g, moved(-step))) / (2 * step);
        expect(Math.abs(forces[i][d] + slope)).toBeLessThan(2e-2 * Math.max(1, Math.abs(slope)));
      })); // prettier-ignore
    });
    mace.dispose();
  });

  test('[mace] forces can be trained on: a loss of them, of three pairs that pull as a spring does, has the gradient of its differences', () => {
    const mace = model({ neighbours: 2, width: 2 });
    const g = cloud();
    const points = [0.8, 1.2, 1.6].flatMap((at) => [[0, 0, 0], [at, 0, 0]]); // prettier-ignore
    const pairs = graph.radiusGraph(points, { radius: CUTOFF, graphOf: [0, 0, 1, 1, 2, 2], nodeTypes: [0, 1, 0, 1, 0, 1] }); // prettier-ignore
    const wanted = [-0.4, 0, 0.4].flatMap((pull) => [[pull, 0, 0], [-pull, 0, 0]]); // prettier-ignore
    const lossOf = (ctx: core.Context): tf.Scalar => {
      ctx.setState(GRAPH, pairs);
      return mace.forces(of(points), ctx).sub(tf.tensor2d(wanted)).square().sum<tf.Scalar>();
    };
    const now = (): number => tf.tidy(() => on(g, (ctx) => lossOf(ctx).dataSync()[0]));
    // Along one direction in all parameters at once.
    const ctx = core.Context.create();
    const { grads, value } = tf.variableGrads(() => lossOf(ctx));
    const all = [...mace.parameters()].map(([path, { variable, shape }], i) => ({
      path,
      shape: [...shape],
      i,
      grad: grads[variable.name]
    }));
    const along = all.reduce(
      (sum, { grad, shape, i }) =>
        sum + (grad === undefined ? 0 : tf.tidy(() => grad.mul(spread(shape, i)).sum().dataSync()[0])),
      0
    );
    const moved = (by: number): number => {
      const shift = (step: number): void =>
        all.forEach(({ path, shape, i }) => setValue(mace, path, (old) => old.add(spread(shape, i).mul(step))));
      shift(by);
      const found = now();
      shift(-by);
      return found;
    };
    const slope = (moved(1e-3) - moved(-1e-3)) / 2e-3;
    expect(Math.abs(slope)).toBeGreaterThan(0.1);
    expect(Math.abs(along / slope - 1)).toBeLessThan(0.03);
    tf.dispose([grads, value]);
    ctx.dispose();
    const x = of(POINTS);
    on(g, (ctx) => expectNoLeak(() => mace.forces(x, ctx).dispose()));
    tf.dispose(x);
    mace.dispose();
  });

  test('[mace] neighbours on a ring with the same distances and angles to each other and the centre: messages of four bodies tell them apart, of three or two do not', () => {
    // Homometric sets of eight places: gaps 1 2 1 4 and 1 1 3 3 have the same differences.
    const at = (places: number[]): number[][] => [[0, 0, 0], ...places.map((p) => [Math.cos((p * Math.PI) / 4), Math.sin((p * Math.PI) / 4), 0])]; // prettier-ignore
    const [one, two] = [at([0, 1, 3, 4]), at([0, 1, 2, 5])];
    const angles = (points: number[][]): number[] => points.slice(1).flatMap((a, i) => points.slice(2 + i).map((b) => Number((a[0] * b[0] + a[1] * b[1]).toFixed(6)))).sort((a, b) => a - b); // prettier-ignore
    expect(angles(one)).toEqual(angles(two));
    const star = graph.fromEdges({ numNodes: 5, edges: [1, 2, 3, 4].map((leaf) => [leaf, 0] as const), nodeTypes: [0, 0, 0, 0, 0] }); // prettier-ignore
    // Of the size of the energy.
    const gap = (bodyOrder: number): number => {
      const mace = model({ bodyOrder, lMax: 3, layers: 1, width: 16 });
      const [a, b] = [one, two].map((points) => energyOf(mace, star, points));
      mace.dispose();
      return Math.abs(a - b) / Math.abs(a);
    };
    expect(gap(2)).toBeLessThan(1e-5);
    expect(gap(3)).toBeLessThan(1e-5);
    expect(gap(4)).toBeGreaterThan(1e-3);
  });

  test('[mace] what it refuses; coincident atoms have finite forces', () => {
    const bad = (options: object) => () => model(options as never);
    expect(bad({ bodyOrder: 6 })).toThrow('graph.Mace: bodyOrder must be an integer 2..5, got 6');
    expect(bad({ hiddenDegree: 3 })).toThrow('graph.Mace: hiddenDegree must be an integer 0..2, got 3');
    expect(bad({ cutoff: 0 })).toThrow('graph.Mace: cutoff must be a number of at least 1e-9, got 0');
    const mace = model({ species: 1 });
    expect(() => energyOf(mace, cloud(), POINTS)).toThrow('graph.Mace: nodes must have types 0..0, got 1');
    expect(() => energyOf(mace, graph.radiusGraph(POINTS, { radius: 1 }), POINTS)).toThrow('got none');
    expect(() => on(cloud(), (ctx) => mace.apply(spread([6, 2]), ctx))).toThrow('graph.Mace: expects shape [6, 3], got [6, 2]'); // prettier-ignore
    const two = [[1, 1, 1], [1, 1, 1]]; // prettier-ignore
    const forces = tf.tidy(() => on(cloud(two, [0, 0]), (ctx) => [...mace.forces(of(two), ctx).dataSync()]));
    expect(forces.every(Number.isFinite)).toBe(true);
    mace.dispose();
  });
});
