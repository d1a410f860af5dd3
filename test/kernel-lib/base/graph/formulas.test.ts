import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('a formula without clauses, one with an empty clause, and one that takes a guess back', () => {
  expect(graph.literalClauses([{ variables: 2, clauses: [] }]).graph.numNodes).toBe(4);
  expect(graph.satisfy({ variables: 1, clauses: [[]] })).toBeNull();
  // 1 is guessed true, which fails by way of 2 and 3.
  expect(graph.satisfy({ variables: 3, clauses: [[1, 2], [-1, 2], [-1, 3], [-2, -3], [-1, -2, 3]] })).toEqual([false, true, false]); // prettier-ignore
  expect(graph.satisfiedClauses({ variables: 2, clauses: [[1], [-1], [2, -1]] }, [true, true])).toBe(2);
  expect(() => graph.literalClauses([{ variables: 0, clauses: [] }])).toThrow('graph.literalClauses: variables must be an integer of at least 1, got 0'); // prettier-ignore
  expect(() => graph.literalClauses([{ variables: 1, clauses: [[0]] }])).toThrow('graph.literalClauses: literals of formula 0'); // prettier-ignore
});

test('pairs of formulas are the same of the same seed, others of another', () => {
  const of = (seed: number): string => JSON.stringify(graph.generators.satPairs({ variables: 4, seed }));
  expect(of(1)).toBe(of(1));
  expect(of(1)).not.toBe(of(2));
});
