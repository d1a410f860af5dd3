import { core, graph, models, train } from '@switchyard/kernel-lib';

const [N, DEGREE] = [600, 8];

/** Two classes in turn, and nodes that are led to by their own class with their own probability; features tell classes in part. */
export function shifted(seed: number) {
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

export type ShiftedNodes = ReturnType<typeof shifted>;

/** Nodes that are trained on, and the others. */
const half = Array.from({ length: N }, (_, node) => node).filter((node) => node % 4 < 2);
const rest = Array.from({ length: N }, (_, node) => node).filter((node) => node % 4 >= 2);

/** What is known of classes: those of the nodes that are trained on, and the nearest class mean of their features for the others. */
export function pseudoLabels({ g, labels }: ShiftedNodes): graph.Features {
  const { values } = g.nodeFeatures!;
  const sign = (node: number): number => 2 * labels[node] - 1;
  const along = [0, 1, 2, 3].map((f) => half.reduce((sum, node) => sum + sign(node) * values[4 * node + f], 0));
  const score = (node: number): number => Math.sign(along.reduce((sum, weight, f) => sum + weight * values[4 * node + f], 0)); // prettier-ignore
  return { values: Float32Array.from({ length: N }, (_, node) => (node % 4 < 2 ? sign(node) : score(node))), width: 1 };
}

/** Accuracy on nodes that are heterophilic, as most of those that are trained on, and on homophilic ones. */
function accuracies(
  { g, labels, homophilic }: ShiftedNodes,
  penalty: number | null,
  of: ArrayLike<number>,
  seed: number
): { like: number; shifted: number } {
  const model = models.graphNetwork({ inputWidth: 4, hidden: 8, outputWidth: 2, layers: 1, layer: graph.sage(), seed: seed + 2 }); // prettier-ignore
  const environments = penalty === null ? undefined : { of, penalty };
  const task = train.tasks.nodeClassification({ graph: g, labels, training: half, environments });
  const stepper = train.stepper(model, task, { steps: 150, learningRate: 0.03, seed, schedule: 'constant', warmup: 0 }); // prettier-ignore
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

/** How much less is right of homophilic nodes than of heterophilic ones, as most of those that are trained on are: without environments, with them, and with the same by chance. */
export function homophilyGaps(seed: number): { plain: number; invariant: number; shuffled: number } {
  const data = shifted(seed);
  const environments = graph.probes.environments(data.g, { count: 3, features: pseudoLabels(data) });
  const gap = (penalty: number | null, of: ArrayLike<number>): number => {
    const { like, shifted: other } = accuracies(data, penalty, of, seed);
    return like - other;
  };
  return { plain: gap(null, environments), invariant: gap(3, environments), shuffled: gap(3, core.Random.fromSeed(seed + 6).shuffle([...environments])) }; // prettier-ignore
}
