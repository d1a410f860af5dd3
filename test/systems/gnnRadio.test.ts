import { graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { coverageNetwork, errorOf, interpolated, mapOf, unseenOf } from '../support/coverage';
import { setValue } from '../support/networks';

describe('radio propagation by graph networks', () => {
  test('[gnn-radio-propagation] walls on a ray, losses and edges by hand', () => {
    // A wall down the middle column of a plane of five, but for its last cell.
    const walls = Uint8Array.from({ length: 25 }, (_, cell) => Number(cell % 5 === 2 && cell < 20));
    const between = (from: number, to: number): number => graph.generators.wallsBetween({ size: 5, walls }, from, to);
    expect([between(0, 1), between(0, 4), between(4, 0), between(20, 24), between(2, 12), between(0, 24)]).toEqual([0, 1, 1, 0, 2, 1]); // prettier-ignore
    const field = graph.generators.gridField({ size: 8, walls: 3, wallLoss: 6, exponent: 2, seed: 2 });
    const at = field.transmitter;
    expect(field.walls.reduce((a, b) => a + b)).toBeGreaterThan(3);
    field.strength.forEach((value, cell) => {
      const d = Math.max(1, Math.hypot(Math.floor(cell / 8) - Math.floor(at / 8), (cell % 8) - (at % 8)));
      expect(value).toBeCloseTo(-20 * Math.log10(d) - 6 * graph.generators.wallsBetween(field, at, cell), 4);
    });
    const measured = [3, 60].filter((cell) => cell !== at);
    const [spatial, rays, both] = (['spatial', 'rays', 'both'] as const).map((edges) => graph.propagationGraph(field, { measured, edges })); // prettier-ignore
    expect([spatial.numEdges, rays.numEdges, both.numEdges]).toEqual([4 * 3 + 24 * 5 + 36 * 8, 3 * 63, 420 + 189]);
    expect([...spatial.edgeTypes!].every((type) => type === 0)).toBe(true);
    const edge = [...rays.sources.keys()].find((e) => rays.sources[e] === 3 && rays.targets[e] === 59)!;
    expect(rays.edgeFeatures!.values[3 * edge]).toBeCloseTo(7 / 8, 6);
    expect(rays.edgeFeatures!.values[3 * edge + 1]).toBeCloseTo(Math.log10(7), 6);
    expect(rays.edgeFeatures!.values[3 * edge + 2]).toBeCloseTo(graph.generators.wallsBetween(field, 3, 59) / 4, 6);
    const row = (cell: number): number[] => [...rays.nodeFeatures!.values.subarray(4 * cell, 4 * cell + 4)];
    expect(row(3)[0]).toBeCloseTo(field.strength[3] / 50, 6);
    expect([row(3)[1], row(5)[0], row(5)[1], row(at)[3]]).toEqual([1, 0, 0, 1]);
    expect(() => graph.propagationGraph(field, { measured: [64] })).toThrow('graph.propagationGraph: measured must be an integer 0..63, got 64'); // prettier-ignore
    expect(() => graph.generators.gridField({ size: 1 })).toThrow('graph.generators.gridField: size must be an integer of at least 2, got 1'); // prettier-ignore
  });

  test('[gnn-radio-propagation] with weights set by hand the rays of the transmitter give every strength, nearer than interpolation; a cell that no ray comes to hears nothing of it', () => {
    const model = coverageNetwork(1);
    [...model.parameters().keys()].forEach((path) => setValue(model, path, (old) => tf.zerosLike(old)));
    const at = (path: string, entries: [number, number, number][]): void => setValue(model, path, (old) => {
      const values = old.arraySync() as number[][];
      entries.forEach(([row, column, value]) => (values[row][column] = value));
      return tf.tensor2d(values);
    }); // prettier-ignore
    // Of a source that is the transmitter, along a ray: 25 log10 of the length and 8 for each wall cell; of all others 0.
    const gate = 1000;
    at('first.weight', [[3, 0, gate], [5, 0, 25], [6, 0, 32], [7, 0, gate]]); // prettier-ignore
    setValue(model, 'first.bias', (old) => tf.tensor1d([-2 * gate, ...new Array<number>(old.shape[0]! - 1).fill(0)]));
    at('second.weight', [[0, 0, 5]]); // prettier-ignore
    at('update.weight', [[4, 0, 1]]); // prettier-ignore
    at('out.weight', [[0, 0, -1 / 50]]); // prettier-ignore
    const cases = unseenOf(1);
    expect(errorOf(cases, ({ g }) => mapOf(model, g))).toBeLessThan(0.01);
    expect(errorOf(cases, interpolated)).toBeGreaterThan(3);
    expect(errorOf(unseenOf(1, 'spatial'), ({ g }) => mapOf(model, g))).toBeGreaterThan(10);
    model.dispose();
  });
});
