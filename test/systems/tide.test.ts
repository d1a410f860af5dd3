import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { dense, drawnGraph, passOn, rings } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { minimise } from '../support/regression';

const random = core.Random.fromSeed(6);
const g = drawnGraph(12, 0.3, random);

type Matrix = number[][];
const times = (a: Matrix, b: Matrix): Matrix => a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0))); // prettier-ignore
const plus = (a: Matrix, b: Matrix, by = 1): Matrix => a.map((row, i) => row.map((value, j) => value + by * b[i][j]));
const unit = (n: number): Matrix => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_unused, j) => Number(i === j))); // prettier-ignore

function laplacian(of: graph.Graph): Matrix {
  const looped = graph.withLoops(of);
  return plus(unit(of.numNodes), dense(looped, graph.symmetricWeights(looped)), -1);
}

/** `exp(-t L)` by squaring a Taylor series ten times over, in double precision. */
function heat(L: Matrix, t: number): Matrix {
  let [sum, term] = [unit(L.length), unit(L.length)];
  for (let k = 1; k <= 12; k++) {
    term = times(term, L).map((row) => row.map((value) => (-t * value) / 1024 / k));
    sum = plus(sum, term);
  }
  for (let k = 0; k < 10; k++) {
    sum = times(sum, sum);
  }
  return sum;
}

const identity = (width: number, options: Partial<graph.TimeDiffusionSpecOptions>): graph.TimeDiffusion => {
  const layer = new graph.TimeDiffusion({ inputWidth: width, outputWidth: width, random, ...options });
  setValue(layer, 'map.weight', () => tf.eye(width));
  return layer;
};

describe('TIDE', () => {
  test('[tide] the heat kernel of each channel is exp(-tL), and the derivative adds -alpha L exp(-tL), at times from 0 to 11', () => {
    const L = laplacian(g);
    const [all, alphas] = [[0, 0.3, 2, 11], [0.5, 1, -2, 3]]; // prettier-ignore
    tf.tidy(() => {
      const x = spread([12, 4]) as tf.Tensor2D;
      const columns = x.arraySync();
      const wanted = all.map((t, f) => {
        const H = heat(L, t);
        return times(plus(H, times(L, H), -alphas[f]), columns.map((row) => [row[f]])); // prettier-ignore
      });
      const got = graph.heatKernel(x, g, { time: tf.tensor1d(all), derivative: tf.tensor1d(alphas) });
      expectClose(got, columns.flatMap((_, i) => wanted.map((each) => each[i][0])), 1e-5); // prettier-ignore
      const plain = graph.heatKernel(x, g, { time: tf.tensor1d(all) });
      const still = all.map((t, f) => times(heat(L, t), columns.map((row) => [row[f]]))); // prettier-ignore
      expectClose(plain, columns.flatMap((_, i) => still.map((each) => each[i][0])), 1e-5); // prettier-ignore
    });
  });

  test('[tide] the bound on the order holds: on the waves of a ring, where exp(-tL) is known, at times up to 40', () => {
    const ring = rings([24]);
    tf.tidy(() => {
      for (const t of [1, 5, 12, 40]) {
        const angles = Array.from({ length: 12 }, (_, j) => (2 * Math.PI * j) / 24);
        const waves = tf.tensor2d(Array.from({ length: 24 }, (_, i) => angles.map((angle) => Math.cos(angle * i))));
        const order = Math.ceil(3 + 5 * Math.sqrt(t));
        const got = graph.heatKernel(waves, ring, { time: tf.fill([12], t), order });
        // Nodes hear themselves and two neighbours, a third each.
        const wanted = angles.map((angle) => Math.exp(-t * (1 - (1 + 2 * Math.cos(angle)) / 3)));
        expectClose(got.slice([0, 0], [1, -1]), wanted, 1e-5);
      }
    });
  });

  test('[tide] at time 0 with weight 1 it is a graph convolution', () => {
    const layer = new graph.TimeDiffusion({ inputWidth: 3, outputWidth: 3, time: 1e-12, derivative: 1, random });
    const gcn = new graph.GCN({ inputWidth: 3, outputWidth: 3, random });
    setValue(gcn, 'map.weight', () => layer.parameters().get('map.weight')!.read().clone());
    tf.tidy(() => expectClose(passOn(g, layer, spread([12, 3])), passOn(g, gcn, spread([12, 3])), 1e-5));
    [layer, gcn].forEach((each) => each.dispose());
  });

  test('[tide] times are learnt channel by channel: those that planted targets were made with, near and far', () => {
    const planted = [0.4, 6];
    const layer = identity(2, { time: 1.5, derivative: 0 });
    const { variable: time } = layer.parameters().get('logTime')!;
    const x = spread([12, 2]);
    const wanted = tf.tidy(() => graph.heatKernel(x as tf.Tensor2D, g, { time: tf.tensor1d(planted) }));
    const loss = (): tf.Tensor => passOn(g, layer, x).sub(wanted).square().mean();
    minimise(layer, loss, { steps: 80, learningRate: 0.1, wanted: (path) => path === 'logTime' });
    const found = [...tf.tidy(() => time.exp()).dataSync()];
    found.forEach((value, i) => expect(value / planted[i]).toBeCloseTo(1, 1));
    tf.dispose([x, wanted]);
    layer.dispose();
  });

  test('[tide] after 32 layers of little time nodes still differ, where those of 32 convolutions are alike', () => {
    const layer = identity(3, { time: 0.02, derivative: 0 });
    tf.tidy(() => {
      const looped = graph.withLoops(g);
      let [slow, fast] = [spread([12, 3]) as tf.Tensor2D, spread([12, 3]) as tf.Tensor2D];
      for (let i = 0; i < 32; i++) {
        slow = passOn(g, layer, slow) as tf.Tensor2D;
        fast = graph.neighbourSum(fast, looped, graph.symmetricWeights(looped));
      }
      const energy = (x: tf.Tensor2D): number => graph.probes.dirichletEnergy(graph.withLoops(g), x);
      expect(energy(slow)).toBeGreaterThan(100 * energy(fast));
    });
    layer.dispose();
  });
});
