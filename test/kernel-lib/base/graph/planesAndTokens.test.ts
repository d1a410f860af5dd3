import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('a plane without walls has the loss of distance alone, and none a cell away', () => {
  const field = graph.generators.gridField({ size: 5, walls: 0, exponent: 3, seed: 4 });
  const at = field.transmitter;
  expect(field.walls.every((wall) => wall === 0)).toBe(true);
  expect([field.strength[at], Math.max(...field.strength)]).toEqual([0, 0]);
  const far = field.strength.findIndex((_, cell) => Math.abs((cell % 5) - (at % 5)) === 2 && Math.floor(cell / 5) === Math.floor(at / 5)); // prettier-ignore
  expect(field.strength[far]).toBeCloseTo(-30 * Math.log10(2), 5);
  expect(() => graph.generators.gridField({ size: 4, length: 5 })).toThrow('graph.generators.gridField: length must be an integer 1..4, got 5'); // prettier-ignore
  expect(() => graph.generators.gridField({ size: 4, wallLoss: -1 })).toThrow('graph.generators.gridField: wallLoss must be a number of at least 0, got -1'); // prettier-ignore
});

test('a walk ends where nothing leads on, and tokens of a seed are the same again', () => {
  const line = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2]] }); // prettier-ignore
  const tokens = graph.neighbourhoodTokens(line, { hops: 5, walks: 1 });
  const of = (node: number): number[][] => [0, 1, 2, 3, 4, 5].map((at) => Array.from(tokens.sources).filter((_, e) => tokens.targets[e] === 6 * node + at)); // prettier-ignore
  expect(of(0)).toEqual([[0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1], [0]]); // prettier-ignore
  expect(of(2)).toEqual(Array.from({ length: 6 }, () => [2]));
  const ring = graph.generators.ring({ nodes: 9 });
  const again = (seed: number): number[] => [...graph.neighbourhoodTokens(ring, { hops: 3, walks: 2, seed }).sources];
  expect(again(1)).toEqual(again(1));
  expect(again(1)).not.toEqual(again(2));
  expect(() => graph.neighbourhoodTokens(line, { hops: 1, walks: 0 })).toThrow('graph.neighbourhoodTokens: walks must be an integer of at least 1, got 0'); // prettier-ignore
});

test('of a cascade an edge tries once, and the same seed gives the same', () => {
  const two = graph.fromEdges({ numNodes: 2, edges: [[0, 1]], weights: [0.3] }); // prettier-ignore
  const [, reached] = graph.generators.independentCascade(two, { seeds: [0], runs: 10_000, seed: 2 });
  expect(Math.abs(reached - 0.3)).toBeLessThan(0.02);
  expect([...graph.generators.independentCascade(two, { seeds: [], runs: 3 })]).toEqual([0, 0]);
  expect(() => graph.generators.independentCascade(two, { seeds: [0], probability: 2 })).toThrow('graph.generators.independentCascade: probability must be a number 0..1, got 2'); // prettier-ignore
});

test('points of a random geometric graph in three dimensions, with lengths as weights', () => {
  const g = graph.generators.randomGeometric({ nodes: 12, radius: 0.6, dimensions: 3, seed: 1 });
  expect(g.nodeFeatures!.width).toBe(3);
  const at = (node: number): number[] => [...g.nodeFeatures!.values.subarray(3 * node, 3 * node + 3)];
  g.sources.forEach((source, e) => expect(g.weightOf(e)).toBeCloseTo(Math.hypot(...at(source).map((value, d) => value - at(g.targets[e])[d])), 5)); // prettier-ignore
  expect(g.numEdges).toBeGreaterThan(0);
});
