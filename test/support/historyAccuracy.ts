import { graph, train } from '@switchyard/kernel-lib';

/** Accuracy on nodes of three blocks that were not known, after training layers, six by default, in chunks that hear later ones as they were; exact with one part. */
export function historyAccuracy({
  parts,
  seed,
  steps,
  layers = 6,
  size = 50,
  ...rate
}: {
  parts: number;
  seed: number;
  steps: number;
  layers?: number;
  size?: number;
  learningRate?: number;
  schedule?: 'constant' | 'cosine';
}): number {
  const labels = Array.from({ length: 3 * size }, (_, node) => Math.floor(node / size));
  const p = [0, 1, 2].map((a) => [0, 1, 2].map((b) => ((a === b ? 0.15 : 0.01) * 50) / size));
  const blocks = graph.generators.stochasticBlockModel({ sizes: [size, size, size], probabilities: p, features: { width: 8, signal: 1.5 }, seed }); // prettier-ignore
  const nodes = labels.map((_, node) => node);
  const task = train.tasks.nodeClassification({ graph: blocks, labels, training: nodes.filter((node) => node % 5 === 0) }); // prettier-ignore
  const chunks = graph.partition(blocks, { parts, seed: 1 });
  const model = new graph.HistoricalPipeline({ inputWidth: 8, hidden: 16, outputWidth: 3, layers, layer: graph.gcn(), seed: seed + 1, chunks }); // prettier-ignore
  const training = train.stepper(model, task, { steps, learningRate: 0.02, seed: 1, schedule: 'constant', warmup: 0, ...rate }); // prettier-ignore
  while (training.steps < steps) {
    training.step();
  }
  training.dispose();
  const found = task.measure(model, nodes.filter((node) => node % 5 !== 0)).accuracy; // prettier-ignore
  model.dispose();
  return found;
}
