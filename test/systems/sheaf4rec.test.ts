import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { dense, drawnGraph, passOn } from '../support/graphs';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(2);
const g = drawnGraph(9, 0.35, random);

/** Maps of both ends of each edge that the two ways of an edge agree on, as rows of so many values. */
function mapsOf(of: graph.Graph, width: number): graph.RestrictionMaps {
  const value = (end: number, other: number, i: number): number => Math.sin(3 + 7 * end + 11 * other + 5 * i);
  const rows = (ends: Int32Array, others: Int32Array): tf.Tensor2D =>
    tf.tensor2d(Array.from(ends, (end, e) => Array.from({ length: width }, (_, i) => value(end, others[e], i))));
  return { source: rows(of.sources, of.targets), target: rows(of.targets, of.sources) };
}

/** The operator as a matrix, of the unit vectors. */
function matrixOf(maps: graph.RestrictionMaps, options: graph.SheafLaplacianOptions): number[][] {
  const size = 9 * options.stalkWidth;
  return tf.tidy(() => {
    // One channel for each unit vector.
    const units = tf.eye(size).reshape<tf.Tensor2D>([9, options.stalkWidth * size]);
    return graph.sheafLaplacian(units, g, maps, options).reshape<tf.Tensor2D>([size, size]).arraySync();
  });
}

const energyOf = (matrix: number[][], x: number[]): number =>
  matrix.reduce((sum, row, i) => sum + x[i] * row.reduce((inner, value, j) => inner + value * x[j], 0), 0);

describe('sheaf Laplacian', () => {
  test('[sheaf4rec] of stalks of width 1 with identity maps it is the Laplacian D - A, and scaled that of GCN', () => {
    tf.tidy(() => {
      const one = tf.ones([g.numEdges, 1]) as tf.Tensor2D;
      const A = dense(g);
      const wanted = A.map((row, i) => row.map((value, j) => (i === j ? row.reduce((a, b) => a + b, 0) : 0) - value));
      expectClose(matrixOf({ source: one, target: one }, { stalkWidth: 1 }).flat(), wanted.flat(), 1e-6);
      const looped = graph.withLoops(g);
      const normal = dense(looped, graph.symmetricWeights(looped)).map((row, i) => row.map((value, j) => Number(i === j) - value)); // prettier-ignore
      expectClose(
        matrixOf({ source: one, target: one }, { stalkWidth: 1, normalized: true }).flat(),
        normal.flat(),
        1e-6
      );
    });
  });

  test.each([
    ['diagonal', 3, 3],
    ['general', 3, 9]
  ] as const)(
    '[sheaf4rec] of %s maps it is the coboundary squared, over each edge once: symmetric, no eigenvalue below 0',
    (_name, stalkWidth, width) => {
      tf.tidy(() => {
        const maps = mapsOf(g, width);
        const matrix = matrixOf(maps, { stalkWidth });
        const size = 9 * stalkWidth;
        const [sources, targets] = [maps.source.arraySync(), maps.target.arraySync()];
        const entry = (row: number[], i: number, j: number): number =>
          width === 9 ? row[i * 3 + j] : i === j ? row[i] : 0;
        const wanted = Array.from({ length: size }, () => new Array<number>(size).fill(0));
        g.sources.forEach((u, e) => {
          const v = g.targets[e];
          if (u > v) {
            return;
          }
          for (let i = 0; i < stalkWidth; i++) {
            const row = new Array<number>(size).fill(0);
            for (let j = 0; j < stalkWidth; j++) {
              row[v * stalkWidth + j] += entry(targets[e], i, j);
              row[u * stalkWidth + j] -= entry(sources[e], i, j);
            }
            row.forEach((a, p) => row.forEach((b, q) => (wanted[p][q] += a * b)));
          }
        });
        expectClose(matrix.flat(), wanted.flat(), 1e-5);
        const scaled = matrixOf(maps, { stalkWidth, normalized: true });
        for (let seed = 0; seed < 20; seed++) {
          const x = [...core.Random.fromSeed(seed).normal([size]).dataSync()];
          const square = x.reduce((sum, value) => sum + value * value, 0);
          expect(energyOf(matrix, x)).toBeGreaterThan(-1e-5);
          expect(energyOf(scaled, x)).toBeGreaterThan(-1e-5);
          expect(energyOf(scaled, x)).toBeLessThan(2 * square);
        }
        scaled.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(scaled[j][i], 5)));
      });
    }
  );

  test('[sheaf4rec] the layer is h - f(L (W1 x I) h W2) by hand, of maps that the two ways of an edge have in common', () => {
    const layer = new graph.Sheaf({ inputWidth: 4, outputWidth: 4, stalkWidth: 2, maps: 'general', random });
    tf.tidy(() => {
      const x = spread([9, 4]) as tf.Tensor2D;
      const read = (name: string): tf.Tensor2D => layer.parameters().get(name)!.read() as tf.Tensor2D;
      const nodes = x.matMul<tf.Tensor2D>(read('map.weight')).add<tf.Tensor2D>(read('map.bias'));
      const own = nodes.matMul<tf.Tensor2D>(read('own.weight')).add<tf.Tensor2D>(read('own.bias'));
      const other = nodes.matMul<tf.Tensor2D>(read('other.weight'));
      const at = (y: tf.Tensor, ends: Int32Array): tf.Tensor2D =>
        tf.gather(y, tf.tensor1d(ends, 'int32')) as tf.Tensor2D;
      const maps = {
        source: at(own, g.sources).add<tf.Tensor2D>(at(other, g.targets)).tanh(),
        target: at(own, g.targets).add<tf.Tensor2D>(at(other, g.sources)).tanh()
      };
      const mixed = tf
        .matMul(read('mixStalk').expandDims(0).tile([9, 1, 1]), nodes.reshape([9, 2, 2]))
        .reshape([18, 2]);
      const through = mixed.matMul(read('mixChannels.weight')).reshape([18, 2]);
      const moved = tf.tensor2d(matrixOf(maps, { stalkWidth: 2, normalized: true })).matMul<tf.Tensor2D>(through.reshape([18, 2])).reshape([9, 4]); // prettier-ignore
      expectClose(passOn(g, layer, x), nodes.sub(moved.mul(moved.sigmoid())), 1e-4);
    });
    layer.dispose();
  });

  test('[sheaf4rec] with maps of opposite signs two sides of a bipartite graph stay apart, which diffusion by a convolution forgets', () => {
    // Users 0..5, items 6..11; each user chose four items.
    const edges = Array.from({ length: 24 }, (_, i) => [i % 6, 6 + (((i % 6) + Math.floor(i / 6)) % 6)] as const);
    const market = graph.fromEdges({ numNodes: 12, edges, undirected: true });
    tf.tidy(() => {
      const sign = (ends: Int32Array): tf.Tensor2D => tf.tensor2d(Array.from(ends, (end) => [end < 6 ? 1 : -1]));
      const alike = tf.ones([market.numEdges, 1]) as tf.Tensor2D;
      const signs = { source: sign(market.sources), target: sign(market.targets) };
      const start = tf.tensor2d(Array.from({ length: 12 }, (_, i) => [(i < 6 ? 0.05 : -0.05) + Math.sin(5 * i)]));
      const after = (maps: graph.RestrictionMaps): Float32Array => {
        let x = start;
        for (let step = 0; step < 200; step++) {
          x = x.sub(graph.sheafLaplacian(x, market, maps, { stalkWidth: 1, normalized: true }).mul(0.5));
        }
        return x.dataSync() as Float32Array;
      };
      const gap = (x: Float32Array): number => Math.max(...x.subarray(0, 6)) < Math.min(...x.subarray(6)) || Math.min(...x.subarray(0, 6)) > Math.max(...x.subarray(6)) ? Math.abs(x[0] - x[6]) : 0; // prettier-ignore
      expect(gap(after(signs))).toBeGreaterThan(0.05);
      const flat = after({ source: alike, target: alike });
      expect(Math.max(...flat) - Math.min(...flat)).toBeLessThan(1e-4);
    });
  });

  test('refuses what does not fit', () => {
    tf.tidy(() => {
      const x = tf.zeros([9, 4]) as tf.Tensor2D;
      const maps = (width: number): graph.RestrictionMaps => ({ source: tf.zeros([g.numEdges, width]), target: tf.zeros([g.numEdges, width]) }); // prettier-ignore
      expect(() => graph.sheafLaplacian(x, g, maps(3), { stalkWidth: 3 })).toThrow('graph.sheafLaplacian: stalkWidth must divide 4 features, got 3'); // prettier-ignore
      expect(() => graph.sheafLaplacian(x, g, maps(3), { stalkWidth: 2 })).toThrow('graph.sheafLaplacian: maps must be of 2 or 4 values, got 3'); // prettier-ignore
    });
    expect(() => new graph.Sheaf({ inputWidth: 2, outputWidth: 5, random })).toThrow("graph.Sheaf: stalkWidth must divide the output's width (5), got 2"); // prettier-ignore
  });
});
