import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';
import { spearman } from '../support/spearman';

const [N, DEGREE] = [600, 8];

/** Two classes in turn, and nodes that are led to by their own class with their own probability; features tell classes in part. */
function shifted(seed: number) {
  const next = core.Random.fromSeed(seed).child('edges').generator();
  const pick = (count: number): number => Math.floor(next() * count);
  const labels = Int32Array.from({ length: N }, (_, node) => node % 2);
  const homophilic = Array.from({ length: N }, () => next() < 0.15);
  const edges: [number, number][] = [];
  labels.forEach((label, target) => {
    for (let i = 0; i < DEGREE; i++) {
      const same = next() < (homophilic[target] ? 0.9 : 0.1);
      edges.push([2 * pick(N / 2) + (same ? label : 1 - label), target]);
    }
  });
  const noise = core.Random.fromSeed(seed).child('noise').normal([N, 4]);
  const values = noise.dataSync<'float32'>().slice();
  noise.dispose();
  values.forEach((_, i) => (values[i] += 0.7 * (2 * labels[Math.floor(i / 4)] - 1)));
  const g = graph.fromEdges({ numNodes: N, edges, nodeFeatures: { values, width: 4 } });
  const own = Array.from(labels, (label, node) => edges.filter(([s, t]) => t === node && labels[s] === label).length / DEGREE); // prettier-ignore
  return { g, labels, homophilic, own };
}

const { g, labels, homophilic, own } = shifted(1);
const half = Array.from({ length: N }, (_, node) => node).filter((node) => node % 4 < 2);
const rest = Array.from({ length: N }, (_, node) => node).filter((node) => node % 4 >= 2);

/** What is known of classes: those of the nodes that are trained on, and the nearest class mean of their features for the others. */
function pseudoLabels(): graph.Features {
  const { values } = g.nodeFeatures!;
  const sign = (node: number): number => 2 * labels[node] - 1;
  const along = [0, 1, 2, 3].map((f) => half.reduce((sum, node) => sum + sign(node) * values[4 * node + f], 0));
  const score = (node: number): number => Math.sign(along.reduce((sum, weight, f) => sum + weight * values[4 * node + f], 0)); // prettier-ignore
  return { values: Float32Array.from({ length: N }, (_, node) => (node % 4 < 2 ? sign(node) : score(node))), width: 1 };
}

/** Accuracy on nodes that are heterophilic, as most of those that are trained on, and on homophilic ones. */
function accuracies(penalty: number | null, of: ArrayLike<number>): { like: number; shifted: number } {
  const model = models.graphNetwork({ inputWidth: 4, hidden: 8, outputWidth: 2, layers: 1, layer: graph.sage(), seed: 3 }); // prettier-ignore
  const environments = penalty === null ? undefined : { of, penalty };
  const task = train.tasks.nodeClassification({ graph: g, labels, training: half, environments });
  const stepper = train.stepper(model, task, { steps: 150, learningRate: 0.03, seed: 1, schedule: 'constant', warmup: 0 }); // prettier-ignore
  while (stepper.steps < 150) {
    stepper.step();
  }
  stepper.dispose();
  const on = (is: boolean): number =>
    task.measure(
      model,
      rest.filter((node) => homophilic[node] === is)
    ).accuracy;
  const found = { like: on(false), shifted: on(true) };
  model.dispose();
  return found;
}

describe('HEI', () => {
  test('[hei] homophily of a node by hand, and environments that go with the true one', () => {
    const small = graph.fromEdges({ numNodes: 4, edges: [[1, 0], [2, 0], [0, 0], [3, 1]], nodeFeatures: [[1, 0], [2, 0], [-1, 0], [-2, 0]] }); // prettier-ignore
    // 0 hears one alike and one opposite; 1 an opposite one. About a mean of -0.5, 0 is above it and 2 and 3 below.
    expectClose(graph.probes.localHomophily(small), [0, -1, 0, 0], 1e-9);
    expectClose(graph.probes.localHomophily(small, { values: Float32Array.of(1, -0.5, -1, -1.5), width: 1 }), [-0.5, 0, 0, 0], 1e-9); // prettier-ignore
    const found = graph.probes.environments(g, { count: 3, features: pseudoLabels() });
    expect(spearman([...found], own)).toBeGreaterThan(0.6);
    expect(Math.min(...found)).toBe(0);
    expect(() => graph.probes.environments(g, { count: 0 })).toThrow('graph.probes.environments: count must be an integer 1..600, got 0'); // prettier-ignore
    expect(() => graph.probes.localHomophily(graph.generators.ring({ nodes: 3 }))).toThrow('graph.probes.localHomophily: the graph must have features of nodes, got none'); // prettier-ignore
  });

  test('[hei] the loss is the mean of the risks and the penalty times their variance; environments nobody is of do not count', () => {
    const logits = tf.tensor2d([[1, 0], [0, 2], [0.5, 0], [3, 1]]); // prettier-ignore
    const four = graph.fromEdges({ numNodes: 4, edges: [], nodeFeatures: [[0], [0], [0], [0]] });
    const fixed = { apply: () => logits.clone() } as unknown as core.Module;
    const loss = (penalty: number, of: number[]): number => {
      const task = train.tasks.nodeClassification({ graph: four, labels: [0, 1, 1, 0], training: [0, 1, 2, 3], environments: { of, penalty } }); // prettier-ignore
      return tf.tidy(() => (task.loss(fixed, task.batch(1, 0), core.Context.create()) as tf.Scalar).dataSync()[0]);
    };
    const each = [1, 2, -0.5, 2].map((margin) => Math.log(1 + Math.exp(-margin)));
    const risks = [(each[0] + each[1] + each[2]) / 3, each[3]];
    const [mean, apart] = [(risks[0] + risks[1]) / 2, (risks[0] - risks[1]) / 2];
    expectClose([loss(0, [0, 0, 0, 2]), loss(5, [0, 0, 0, 2])], [mean, mean + 5 * apart ** 2], 1e-5);
    expect(() => loss(-1, [0, 0, 0, 0])).toThrow('train.tasks.nodeClassification: penalty of environments must be a number of at least 0, got -1'); // prettier-ignore
    expect(() => loss(1, [0, 0])).toThrow('train.tasks.nodeClassification: nodes of environments must be an integer 4..4, got 2'); // prettier-ignore
    logits.dispose();
  });

  test('[hei] trained on nodes of which most are heterophilic, homophilic ones lose less than without environments; by chance they do not', () => {
    const environments = graph.probes.environments(g, { count: 3, features: pseudoLabels() });
    const erm = accuracies(null, environments);
    const invariant = accuracies(3, environments);
    const shuffled = accuracies(3, core.Random.fromSeed(7).shuffle([...environments]));
    const gap = ({ like, shifted: other }: typeof erm): number => like - other;
    expect(gap(invariant)).toBeLessThan(gap(erm) - 0.1);
    expect(gap(invariant)).toBeLessThan(gap(shuffled) - 0.1);
  });
});
