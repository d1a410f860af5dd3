import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const g = graph.generators.path({ nodes: 4 });
const explanation = Array.from(g.sources, (source, e) => source + g.targets[e] === 3);

test('fidelities of the middle edge of a path, of a prediction that counts edges', () => {
  const predict = (of: graph.Graph): number => of.numEdges / 6;
  const all = graph.probes.fidelity(g, { predict, explanation, alpha1: 1, alpha2: 1 });
  expect(all.plus).toBeCloseTo(1 / 3, 9);
  expect(all.minus).toBeCloseTo(2 / 3, 9);
  const some = graph.probes.fidelity(g, { predict, explanation, alpha1: 0.5, alpha2: 0.25, samples: 2000 });
  expect(some.plus).toBeCloseTo(1 / 6, 1);
  expect(some.minus).toBeCloseTo(1 / 6, 1);
  expect(graph.probes.fidelity(g, { predict, explanation, seed: 3 })).toEqual(graph.probes.fidelity(g, { predict, explanation, seed: 3 })); // prettier-ignore
});

test('what is refused', () => {
  const predict = (): number => 0;
  expect(() => graph.probes.fidelity(g, { predict, explanation: [true] })).toThrow('graph.probes.fidelity: edges of the explanation must be an integer 6..6, got 1'); // prettier-ignore
  expect(() => graph.probes.fidelity(g, { predict, explanation, samples: 0 })).toThrow('graph.probes.fidelity: samples must be an integer of at least 1, got 0'); // prettier-ignore
  expect(() => graph.probes.fidelity(g, { predict, explanation: explanation.map((is, e) => is && g.sources[e] === 1) })).toThrow(/both directions of edge 1 - 2/); // prettier-ignore
});
