import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { spearman } from './spearman';

const MOTIFS = [
  // A house, and a cycle of five: of as many nodes, one edge apart.
  [[0, 1], [1, 2], [2, 3], [3, 0], [0, 4], [1, 4]],
  [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]]
] as const; // prettier-ignore
const BASE = 12;

/** A graph with a motif. */
export interface MotifCase {
  g: graph.Graph;
  label: number;
  /** Undirected edges of the motif, and the others. */
  motif: [number, number][];
  others: [number, number][];
}

/** A tree that grows by preferential attachment, with one of two motifs on it. */
export function baMotif(seed: number): MotifCase {
  const next = core.Random.fromSeed(seed).generator();
  const label = seed % 2;
  const others: [number, number][] = [];
  const ends = [0];
  for (let node = 1; node < BASE; node++) {
    const to = ends[Math.floor(next() * ends.length)];
    others.push([to, node]);
    ends.push(to, node);
  }
  others.push([Math.floor(next() * BASE), BASE]);
  const motif = MOTIFS[label].map(([a, b]): [number, number] => [BASE + a, BASE + b]);
  const numNodes = BASE + 5;
  const edges = [...others, ...motif];
  const g = graph.fromEdges({ numNodes, edges, undirected: true, nodeFeatures: { values: new Float32Array(numNodes).fill(1), width: 1 } }); // prettier-ignore
  return { g, label, motif, others };
}

const key = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`;

/** The motif with a share of its edges taken by others. */
export function degraded({ g, motif, others }: MotifCase, share: number, seed: number): boolean[] {
  const random = core.Random.fromSeed(seed);
  const lost = Math.round(share * motif.length);
  const kept = random.child('kept').shuffle(motif).slice(lost);
  const held = new Set([...kept, ...random.child('others').shuffle(others).slice(0, lost)].map(([a, b]) => key(a, b)));
  return Array.from(g.sources, (source, edge) => held.has(key(source, g.targets[edge])));
}

/** How well fidelities stand in the order of the degradation of an explanation, of a network that tells two motifs: robust ones (a fifth removed at a time) and those of removing all; and its accuracy. */
export function fidelityOrders(seed: number) {
  const from = 1000 * (seed - 1);
  const cases = Array.from({ length: 60 }, (_, i) => baMotif(from + i));
  const model = models.graphNetwork({ inputWidth: 1, hidden: 16, outputWidth: 2, layers: 3, layer: graph.sage({ aggregation: 'sum' }), readout: 'mean', seed }); // prettier-ignore
  const task = train.tasks.graphClassification({ graphs: cases.map(({ g }) => g), labels: cases.map(({ label }) => label), batchSize: 30 }); // prettier-ignore
  const stepper = train.stepper(model, task, { steps: 150, learningRate: 0.03, seed, schedule: 'constant', warmup: 0 }); // prettier-ignore
  while (stepper.steps < 150) {
    stepper.step();
  }
  stepper.dispose();
  const unseen = Array.from({ length: 16 }, (_, i) => baMotif(from + 100 + i));
  const { accuracy } = task.measure(model, { graphs: unseen.map(({ g }) => g), labels: unseen.map(({ label }) => label) }); // prettier-ignore
  const predictOf = (label: number) => (of: graph.Graph): number =>
    tf.tidy(() => new graph.OnGraph(of, model).apply(tf.ones([of.numNodes, 1]), core.Context.create()).softmax().dataSync()[label]); // prettier-ignore
  const shares = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const measured = (alpha: number): { plus: number; minus: number } => {
    const rows = shares.map((share) => unseen.map((each, i) => graph.probes.fidelity(each.g, { predict: predictOf(each.label), explanation: degraded(each, share, i), alpha1: alpha, alpha2: alpha, samples: 10 }))); // prettier-ignore
    const mean = (of: 'plus' | 'minus'): number[] => rows.map((row) => row.reduce((sum, each) => sum + each[of], 0) / row.length); // prettier-ignore
    return { plus: -spearman(shares, mean('plus')), minus: spearman(shares, mean('minus')) };
  };
  const found = { accuracy, robust: measured(0.2), original: measured(1) };
  model.dispose();
  return found;
}
