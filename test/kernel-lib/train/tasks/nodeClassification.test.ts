import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { tasks } = train;
const SIZE = 12;
/** Two rings of twelve nodes; what a node holds is itself alone. */
const rings = graph.fromEdges({
  numNodes: 2 * SIZE,
  edges: Array.from({ length: 2 * SIZE }, (_, i) => [i, i - (i % SIZE) + ((i + 1) % SIZE)] as const),
  undirected: true,
  nodeFeatures: Array.from({ length: 2 * SIZE }, (_, i) => Array.from({ length: 2 * SIZE }, (_, j) => Number(i === j)))
});
const labels = Array.from({ length: 2 * SIZE }, (_, i) => Math.floor(i / SIZE));
const training = labels.map((_, i) => i % 3 === 0);
const test_ = labels.map((_, i) => i % 3 === 1);

describe('node classification', () => {
  test.each([
    ['messages tell the class of nodes that nobody was trained on', rings, 1],
    ['without edges nothing is known of them', graph.withoutLoops(graph.fromEdges({ numNodes: 2 * SIZE, edges: [], nodeFeatures: rings.nodeFeatures })), null] // prettier-ignore
  ] as const)('%s', async (_, g, expected) => {
    const task = tasks.nodeClassification({ graph: g, labels, training, validation: test_ });
    const model = models.graphNetwork({ inputWidth: 2 * SIZE, hidden: 8, outputWidth: 2, layers: 2, layer: graph.gcn(), seed: 1 }); // prettier-ignore
    await train.fit(model, task, { steps: 60, learningRate: 0.02, seed: 1, progress: false });
    expect(task.measure(model, training).accuracy).toBe(1);
    const { accuracy } = task.measure(model, test_);
    expect(accuracy).toBe((await task.evaluate!(model)).accuracy);
    if (expected === null) {
      expect(accuracy).toBeLessThan(0.9);
    } else {
      expect(accuracy).toBe(expected);
    }
    model.dispose();
  });

  test('classes of nodes that are not trained on are never read', () => {
    const others = labels.map((label, i) => (training[i] ? label : -7));
    const [one, other] = [labels, others].map((each) => tasks.nodeClassification({ graph: rings, labels: each, training })); // prettier-ignore
    expect(other.batch(1, 1)).toEqual(one.batch(1, 1));
    expect(other.hash).toBe(one.hash);
    expect(tasks.nodeClassification({ graph: rings, labels, training: [0, 3] }).hash).not.toBe(one.hash);
  });

  test('what is refused', () => {
    const make = (given: Partial<train.tasks.NodeClassificationOptions>) => () =>
      tasks.nodeClassification({ graph: rings, labels, training, ...given });
    const where = 'train.tasks.nodeClassification';
    expect(make({ graph: graph.fromEdges({ numNodes: 24, edges: [] }) })).toThrow(`${where}: the graph must have features of nodes, got none`); // prettier-ignore
    expect(make({ labels: [0] })).toThrow(`${where}: labels must be as many as nodes (24), got 1`);
    expect(make({ training: [] })).toThrow(
      `${where}: training must name nodes, each once, or say true or false of each, got none`
    );
    expect(make({ training: undefined })).toThrow(`${where}: training must name nodes, each once, got undefined`);
    expect(make({ labels: undefined })).toThrow(`${where}: labels must be as many as nodes`);
    expect(make({ training: labels.map(() => false) })).toThrow(`${where}: training must name nodes`);
    expect(make({ training: [1, 1] })).toThrow(
      `${where}: training must name nodes, each once, or say true or false of each, got 1`
    );
    expect(make({ training: [24] })).toThrow(`${where}: nodes of training must be an integer 0..23, got 24`);
    expect(make({ validation: [true] })).toThrow(`${where}: validation must say of each node (24) whether it is chosen, got 1`); // prettier-ignore
    expect(make({ labels: labels.map(() => -1) })).toThrow(`${where}: labels of training must be whole numbers from 0 (node 0), got -1`); // prettier-ignore
    expect(make({ batchSize: 9 })).toThrow(`${where}: batchSize must be an integer 1..8, got 9`);
    const one = models.graphNetwork({ inputWidth: 24, hidden: 2, outputWidth: 1, layers: 1, layer: graph.gcn() });
    const ctx = core.Context.create();
    const task = make({})();
    expect(() => tf.tidy(() => task.loss(one, task.batch(1, 1), ctx) as tf.Scalar)).toThrow(`${where}: classes of the logits must be an integer of at least 2, got 1`); // prettier-ignore
    ctx.dispose();
    one.dispose();
  });
});

test('as many nodes as calls have no arguments for, and the draw of a batch, take no time to speak of', () => {
  const numNodes = 200_000;
  const nodeFeatures = { values: new Float32Array(numNodes), width: 1 };
  const g = graph.fromEdges({ numNodes, edges: [], nodeFeatures });
  const classes = Int32Array.from({ length: numNodes }, (_, node) => node % 3);
  const everyone = Int32Array.from(classes.keys());
  const task = tasks.nodeClassification({ graph: g, labels: classes, training: everyone, validation: everyone, batchSize: 1000 }); // prettier-ignore
  const { nodes, labels: drawn } = task.batch(1, 0);
  expect(new Set(nodes).size).toBe(1000);
  expect([...drawn]).toEqual([...nodes].map((node) => node % 3));
  // Both batches of two steps are of one epoch, which names a node once.
  expect(new Set([...nodes, ...task.batch(2, 0).nodes]).size).toBe(2000);
}, 10_000);
