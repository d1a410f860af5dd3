import { core, nas } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const named = (...labels: string[]) => labels.map((label) => ({ label }));
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

test('the kernel of two graphs is that of the labels they share, round by round', () => {
  const [chain, apart] = [
    { nodes: named('a', 'b'), edges: [[0, 1]] },
    { nodes: named('a', 'b'), edges: [] }
  ] as const;
  const features = (graph: nas.ArchitectureGraph, iterations: number) =>
    nas.graphFeatures(graph, { iterations, size: 4096 });
  expect(dot(features(chain, 2), features(chain, 2))).toBeCloseTo(1, 9);
  // Round 0: the same two labels. Round 1: of a, which reads nothing, the same again; b reads a in one alone.
  expect(dot(features(chain, 0), features(apart, 0))).toBeCloseTo(1, 9);
  expect(dot(features(chain, 1), features(apart, 1))).toBeCloseTo(3 / 4, 9);
  expect(dot(features(chain, 2), features(apart, 2))).toBeCloseTo(4 / 6, 9);
});

test('numbers of nodes make no difference, directions and settings do', () => {
  const graph = { nodes: named('in', 'conv', 'pool', 'out'), edges: [[0, 1], [0, 2], [1, 3], [2, 3]] } as const; // prettier-ignore
  const turned = { nodes: named('in', 'pool', 'conv', 'out'), edges: [[0, 1], [0, 2], [1, 3], [2, 3]] } as const; // prettier-ignore
  expect(nas.graphFeatures(turned)).toEqual(nas.graphFeatures(graph));
  const back = { ...graph, edges: graph.edges.map(([from, to]) => [to, from] as const) };
  expect(nas.graphFeatures(back)).not.toEqual(nas.graphFeatures(graph));
  const wide = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, detail: 'width 8' })) };
  expect(nas.graphFeatures(wide)).not.toEqual(nas.graphFeatures(graph));
});

test('a Bayesian search reads networks as graphs, by its seed alone; a space without networks is refused', async () => {
  const space = nas.space.dag({ nodes: 3, operations: ['conv', 'pool'] });
  const strategy = nas.bayesian({ encoding: 'graph', initial: 5, candidates: 20 });
  const value = ({ operations, edges }: Record<string, unknown>): number =>
    (operations as string[]).filter((each) => each === 'pool').length + 0.1 * (edges as number[]).reduce((a, b) => a + b, 0); // prettier-ignore
  const run = async (of: nas.Strategy, trials: number) => {
    const result = await nas.study({ space, strategy: of, trials, seed: 3, storage: 'memory', progress: false, evaluate: ({ candidate }) => value(candidate) }); // prettier-ignore
    return result.trials.map(({ parameters }) => space.hash(parameters));
  };
  expect(await run(strategy, 12)).toEqual(await run(strategy, 12));
  expect(await run(strategy, 12)).not.toEqual(await run(nas.bayesian({ initial: 5, candidates: 20 }), 12));
  expect(strategy.options).toMatchObject({ encoding: 'graph' });
  expect(nas.bayesian().options).not.toHaveProperty('encoding');
  const flat = nas.space({ x: nas.float(0, 1) });
  const searcher = strategy.start({
    space: flat,
    objectives: 1,
    random: core.Random.fromSeed(0),
    repeats: false,
    optuna: null
  });
  for (let id = 0; id < 5; id++) {
    searcher.tell({ id, point: { x: id / 10 }, costs: [id], violation: 0 });
    if (id < 4) {
      void searcher.ask(id);
    }
  }
  void searcher.ask(4);
  expect(() => searcher.ask(5)).toThrow('nas.bayesian: encoding "graph" needs a space that tells of networks');
});
