import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('edges that are judged apart go, candidates that are judged together come, and the judge is asked of each once', () => {
  const square = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [2, 3]], undirected: true }); // prettier-ignore
  const asked: string[] = [];
  const judge = (pairs: readonly (readonly [number, number])[]): number[] => pairs.map(([i, j]) => (asked.push(`${i} ${j}`), (i + j) % 4 === 3 ? 0.9 : (i + j) / 10)); // prettier-ignore
  const { graph: out, report } = graph.rewire.judged(square, { judge, candidates: [[0, 3], [0, 2], [1, 0], [3, 1]], drop: 0.2, add: 0.4 }); // prettier-ignore
  expect(asked).toEqual(['0 1', '1 2', '2 3', '0 3', '0 2', '3 1']);
  const kept = Array.from(out.sources, (source, e) => [source, out.targets[e]]).filter(([i, j]) => i < j); // prettier-ignore
  expect(kept.sort()).toEqual([[0, 3], [1, 2], [1, 3], [2, 3]]); // prettier-ignore
  expect(report.removed.map(({ source, target, value }) => [source, target, value])).toEqual([[0, 1, 0.1]]);
  expect(report.criterionMet).toEqual({ met: 2, of: 2 });
  expect(() => graph.rewire.judged(square, { judge: () => [2] })).toThrow('graph.rewire.judged: the judge must give 3 probabilities, got [2]'); // prettier-ignore
  expect(() => graph.rewire.judged(square, { judge, candidates: [[0, 4]] })).toThrow('graph.rewire.judged: candidates must be an integer 0..3, got 4'); // prettier-ignore
});
