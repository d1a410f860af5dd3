import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { passOn, path } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(1);
const layer = (options: graph.MatrixFunctionSpecOptions = {}): graph.MatrixFunction =>
  new graph.MatrixFunction({ inputWidth: 3, outputWidth: 2, random, ...options });
const poles = (): graph.Poles => ({
  ...{ real: tf.tensor1d([-0.5, 0.3, 1.2]), imaginary: tf.tensor1d([0.6, -0.9, 0.7]) },
  ...{ weight: tf.tensor1d([1, -0.4, 0.8]), turned: tf.tensor1d([0.3, 0.9, -0.6]) }
});
/** Re w / (z - value), summed over poles. */
function scalar(value: number): number {
  const { real, imaginary, weight, turned } = poles();
  const [x, y, a, b] = [real, imaginary, weight, turned].map((of) => of.arraySync());
  // w / (z - v) = w conj(z - v) / |z - v|^2.
  return x.reduce((sum, at, p) => sum + (a[p] * (at - value) + b[p] * y[p]) / ((at - value) ** 2 + y[p] ** 2), 0);
}

describe('matrix function networks', () => {
  test('[mfn] a sum of resolvents is the function of the eigenvalues', () => {
    tf.tidy(() => {
      // Of diagonal matrices it is that of each number.
      const values = [-1.3, 0.2, 0.9];
      expectClose(graph.resolventSum(tf.diag(tf.tensor1d(values)).expandDims(0), poles()), values.flatMap((value, i) => values.map((_, j) => (i === j ? scalar(value) : 0))), 1e-5); // prettier-ignore
      // A path of five: eigenvectors are sines, eigenvalues twice the cosines.
      const n = 5;
      const path5 = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => Number(Math.abs(i - j) === 1))
      );
      const of = (f: (value: number) => number): number[] => Array.from({ length: n * n }, (_, at) => Array.from({ length: n }, (_, k) => {
        const [i, j, angle] = [Math.floor(at / n), at % n, ((k + 1) * Math.PI) / (n + 1)];
        return (2 / (n + 1)) * Math.sin((i + 1) * angle) * Math.sin((j + 1) * angle) * f(2 * Math.cos(angle));
      }).reduce((a, b) => a + b)); // prettier-ignore
      expectClose(of((value) => value), path5.flat(), 1e-6); // prettier-ignore
      expectClose(graph.resolventSum(tf.tensor3d([path5]), poles()), of(scalar), 1e-5);
      expectClose(graph.resolventSum(tf.tensor3d([path5, path5]), poles()), [...of(scalar), ...of(scalar)], 1e-5);
    });
    const matrix = tf.tidy(() => tf.add(spread([1, 3, 3]), spread([1, 3, 3]).transpose([0, 2, 1])));
    expectGradients((of, real) => graph.resolventSum(of as tf.Tensor3D, { ...poles(), real: real as tf.Tensor1D }), [matrix, tf.tensor1d([-0.5, 0.3, 1.2])], 1e-2); // prettier-ignore
    const given = poles();
    expectNoLeak(() => graph.resolventSum(matrix as tf.Tensor3D, given).dispose());
    expect(() => graph.resolventSum(tf.ones([1, 2, 3]), given)).toThrow('graph.resolventSum: expects shape [B, 2, 2], got [1, 2, 3]'); // prettier-ignore
    expect(() => graph.resolventSum(matrix as tf.Tensor3D, { ...given, real: tf.ones([2]) })).toThrow('graph.resolventSum: expects shape [2], got [3]'); // prettier-ignore
    tf.dispose([matrix, ...Object.values(given)]);
  });

  test('[mfn] one layer by hand: entries of nodes and edges, their function, its diagonal and what is heard by it', () => {
    const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2], [2, 1]], weights: [1, 2, 0.5] }); // prettier-ignore
    const one = layer({ channels: 1, poles: 1 });
    const x = spread([3, 3]);
    tf.tidy(() => {
      const read = (name: string): tf.Tensor2D => one.parameters().get(name)!.read() as tf.Tensor2D;
      const map = (name: string): number[] => [...tf.matMul(x as tf.Tensor2D, read(`${name}.weight`)).dataSync()];
      const [diagonal, source, target, value] = ['diagonal', 'source', 'target', 'value'].map(map);
      const matrix = diagonal.map((own, i) => diagonal.map((_, j) => (i === j ? own : 0)));
      g.sources.forEach((from, e) => {
        const entry = (Math.tanh(source[from] + target[g.targets[e]]) * g.weightOf(e)) / 2;
        matrix[g.targets[e]][from] += entry;
        matrix[from][g.targets[e]] += entry;
      });
      const [real, imaginary] = [read('real'), read('logImaginary').exp()].map((of) => of.as1D());
      const made = graph.resolventSum(tf.tensor3d([matrix]), { real, imaginary, weight: read('weight').as1D(), turned: read('turned').as1D() }).arraySync()[0]; // prettier-ignore
      const rows = made.map((row, i) => [row[i], row.reduce((sum, entry, j) => sum + entry * value[j], 0)]);
      const wanted = tf.matMul(tf.tensor2d(rows), read('last.weight')).add(tf.matMul(x as tf.Tensor2D, read('own.weight'))); // prettier-ignore
      expectClose(passOn(g, one, x), wanted, 1e-5);
      // Graphs of a batch do not hear each other.
      const two = graph.batch([g, g]);
      expectClose(passOn(two, one, tf.concat([x, x])), tf.concat([wanted, wanted]), 1e-5);
    });
    [x, one].forEach((each) => each.dispose());
  });

  test('[mfn] degrees above 0: what comes out stays as all edges turn or are mirrored, and angles count', () => {
    const points = [[0, 0, 0], [1, 0.2, -0.1], [-0.4, 1.1, 0.3], [0.2, -0.7, 1.2]]; // prettier-ignore
    const edges = [[0, 1], [1, 0], [1, 2], [2, 3], [3, 0], [0, 2]] as [number, number][]; // prettier-ignore
    const on = (rows: number[][]): graph.Graph => graph.fromEdges({ numNodes: 4, edges, edgeFeatures: edges.map(([from, to]) => rows[from].map((value, d) => value - rows[to][d])) }); // prettier-ignore
    const [c, s] = [Math.cos(0.8), Math.sin(0.8)];
    const turned = points.map(([x, y, z]) => [c * x - s * y, c * (s * x + c * y) - s * z, s * (s * x + c * y) + c * z]);
    for (const lMax of [1, 2]) {
      const model = layer({ lMax, channels: 2, poles: 2 });
      tf.tidy(() => {
        const x = spread([4, 3]);
        const found = passOn(on(points), model, x);
        expectClose(passOn(on(turned), model, x), found, 2e-5);
        expectClose(passOn(on(points.map(([x, y, z]) => [x, -y, z])), model, x), found, 2e-5); // prettier-ignore
        // An edge of the same length elsewhere.
        const bent = points.map((row, i) => (i === 3 ? [row[0], row[1], -row[2]] : row));
        const gap = passOn(on(bent), model, x).sub(found).abs().max().dataSync()[0];
        expect(gap).toBeGreaterThan(1e-3);
      });
      model.dispose();
    }
    expect(() => passOn(path(3), layer({ lMax: 1 }), tf.ones([3, 3]))).toThrow('the pass must have features of edges');
  });

  test('[mfn] one layer hears the other end of a path of 20, where a layer of messages does not', () => {
    const line = path(20);
    const gradient = (module: core.Module, width: number): number => tf.tidy(() => {
      const heard = (x: tf.Tensor): tf.Tensor => passOn(line, module, x).slice([0, 0], [1, 1]).sum();
      return tf.grad(heard)(tf.ones([20, width])).slice([19, 0], [1, -1]).abs().max().dataSync()[0];
    }); // prettier-ignore
    const far = layer({ channels: 2, poles: 2 });
    // Poles near the real axis, among the eigenvalues of a path: walks do not die out.
    setValue(far, 'logImaginary', (old) => tf.fill(old.shape, Math.log(0.05)));
    setValue(far, 'real', () => tf.tensor1d([-0.3, 0.4]));
    const near = new graph.GIN({ inputWidth: 3, outputWidth: 2, random });
    expect(gradient(far, 3)).toBeGreaterThan(1e-3);
    expect(gradient(near, 3)).toBe(0);
    [far, near].forEach((each) => each.dispose());
  });

  test('[mfn] what it refuses', () => {
    expect(() => layer({ lMax: 3 })).toThrow('graph.MatrixFunction: lMax must be an integer 0..2, got 3');
    expect(() => layer({ poles: 0 })).toThrow('graph.MatrixFunction: poles must be an integer of at least 1, got 0');
  });
});
