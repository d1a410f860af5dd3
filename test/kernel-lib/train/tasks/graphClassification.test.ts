import { graph, models, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

const { graphClassification } = train.tasks;

/** Rings (class 1) and complete graphs (class 0) of 4 to 8 nodes, each node with the same features. */
function shapes(count: number): { graphs: graph.Graph[]; labels: number[] } {
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const graphs = labels.map((label, i) => {
    const nodes = 4 + (i % 5);
    const shape = label === 1 ? graph.generators.ring({ nodes }) : graph.generators.complete({ nodes });
    return graph.fromEdges({ ...shape.directedOptions, nodeFeatures: Array.from({ length: nodes }, () => [1, -1]) });
  });
  return { graphs, labels };
}

const network = (readout: 'mean' | 'node', outputWidth = 2) =>
  models.graphNetwork({ inputWidth: 2, hidden: 16, outputWidth, layers: 2, layer: graph.gin(), readout, seed: 1 });

test('shapes are told apart, on graphs of sizes that were not seen as well, and the batch is of one size', async () => {
  const task = graphClassification({ ...shapes(20), validation: shapes(10), batchSize: 6 });
  const model = network('mean');
  await train.fit(model, task, { steps: 60, seed: 1, learningRate: 0.02, progress: false });
  expect((await task.evaluate!(model)).accuracy).toBe(1);
  expect(task.batch(1, 1).rows).toHaveLength(6);
  const larger = graph.fromEdges({ ...graph.generators.ring({ nodes: 12 }).directedOptions, nodeFeatures: Array.from({ length: 12 }, () => [1, -1]) }); // prettier-ignore
  expect(task.measure(model, { graphs: [larger], labels: [1] }).accuracy).toBe(1);
  expectNoLeak(() => void task.measure(model, shapes(7)));
  model.dispose();
});

test('measures are means over all graphs, whatever the batches', () => {
  const model = network('mean');
  const data = shapes(7);
  const of = (batchSize: number) => graphClassification({ ...shapes(2), batchSize }).measure(model, data);
  const [whole, parts] = [of(7), of(3)];
  expect(parts.loss).toBeCloseTo(whole.loss, 5);
  expect(parts.accuracy).toBeCloseTo(whole.accuracy, 9);
  model.dispose();
});

// prettier-ignore
test.each<[string, () => unknown, string]>([
  ['no graph', () => graphClassification({ graphs: [], labels: [] }), 'train.tasks.graphClassification: graphs must hold a graph, got none'],
  ['a label too few', () => graphClassification({ ...shapes(2), labels: [0] }), 'train.tasks.graphClassification: labels must be as many as graphs (2), got 1'],
  ['half a class', () => graphClassification({ ...shapes(2), labels: [0, 0.5] }), 'train.tasks.graphClassification: labels must be whole numbers from 0 (graph 1 of graphs), got 0.5'],
  ['a graph without features', () => graphClassification({ graphs: [graph.generators.ring({ nodes: 4 })], labels: [0] }), 'train.tasks.graphClassification: each graph must have features of nodes (graph 0 of graphs), got none'],
  ['bad validation data', () => graphClassification({ ...shapes(2), validation: { ...shapes(2), labels: [0, -1] } }), 'train.tasks.graphClassification: labels must be whole numbers from 0 (graph 1 of validation), got -1'],
  ['a model of nodes', () => graphClassification(shapes(2)).measure(network('node'), shapes(2)), 'train.tasks.graphClassification: the model must give logits [2, C], a row for each graph (readout), got [9, 2]'],
  ['too few classes', () => graphClassification(shapes(2)).measure(network('mean', 1), shapes(2)), 'train.tasks.graphClassification: classes of the logits must be an integer of at least 2, got 1']
])('%s is refused', (_name, run, message) => {
  expect(run).toThrow(expect.objectContaining({ name: 'SwitchyardError', message }) as Error);
});

test('data are told apart by their hash: graphs, labels and validation', () => {
  const hashes = [
    graphClassification(shapes(4)),
    graphClassification({ ...shapes(4), labels: [1, 0, 1, 0] }),
    graphClassification(shapes(5)),
    graphClassification({ ...shapes(4), validation: shapes(2) })
  ].map(({ hash }) => hash);
  expect(new Set(hashes).size).toBe(4);
  expect(graphClassification(shapes(4)).hash).toBe(hashes[0]);
});
