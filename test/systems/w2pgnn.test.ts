import { type core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spearman } from '../support/spearman';

const CELLS = 6;
/** Step functions of places in 0..1: blocks, a core with its rim, many and few. */
const graphonOf = (f: (u: number, v: number) => number): number[][] => Array.from({ length: CELLS }, (_, i) => Array.from({ length: CELLS }, (_unused, j) => f((i + 0.5) / CELLS, (j + 0.5) / CELLS))); // prettier-ignore
const CORE = graphonOf((u, v) => 0.7 * (1 - u) * (1 - v));
const RIM = graphonOf((u, v) => (Math.min(u, v) < 1 / 3 ? 0.5 : 0.05));
const FLAT = graphonOf(() => 0.6);

const drawn = (probabilities: number[][], count: number, seed: number, nodes = 60): graph.Graph[] =>
  Array.from({ length: count }, (_, i) => graph.generators.graphon({ probabilities, nodes, seed: 1000 * seed + i }));
const mixed = (weights: number[], of: number[][][]): number[][] => of[0].map((row, i) => row.map((_, j) => of.reduce((sum, each, b) => sum + weights[b] * each[i][j], 0))); // prettier-ignore

describe('W2PGNN', () => {
  test('[w2pgnn] graphs of a mixture of the bases are more feasible than those of another graphon, and its weights are found', () => {
    const bases = [CORE, RIM].map((each, i) => graph.probes.graphon(drawn(each, 8, i + 1)));
    const of = (probabilities: number[][], seed: number) => graph.probes.feasibility(graph.probes.graphon(drawn(probabilities, 8, seed)), { bases }); // prettier-ignore
    const inside = [[1, 0], [0.7, 0.3], [0.4, 0.6], [0, 1]].map((weights, i) => ({ wanted: weights, ...of(mixed(weights, [CORE, RIM]), 5 + i) })); // prettier-ignore
    const outside = of(FLAT, 9);
    inside.forEach(({ wanted, weights, feasibility }) => {
      expect(Math.abs(weights[0] - wanted[0])).toBeLessThan(0.15);
      expect(feasibility).toBeGreaterThan(outside.feasibility + 0.1);
    });
  });

  test('[w2pgnn] pre-training on the bases gains more on the three feasible targets than on the three that are not', () => {
    const features = (g: graph.Graph): graph.Graph => graph.fromEdges({ ...g.directedOptions, nodeFeatures: { values: Float32Array.from(graph.degrees(g), (degree) => degree / 20), width: 1 } }); // prettier-ignore
    const network = (): core.Module => models.graphNetwork({ inputWidth: 1, hidden: 12, outputWidth: CELLS, layers: 2, layer: graph.sage(), seed: 1 }); // prettier-ignore
    const fit = (model: core.Module, g: graph.Graph, training: number[], steps: number): void => {
      const task = train.tasks.nodeClassification({ graph: g, labels: g.nodeTypes!, training });
      const stepper = train.stepper(model, task, { steps, learningRate: 0.02, seed: 1, schedule: 'constant', warmup: 0 }); // prettier-ignore
      while (stepper.steps < steps) {
        stepper.step();
      }
      stepper.dispose();
    };
    const all = (g: graph.Graph): number[] => Array.from({ length: g.numNodes }, (_, node) => node);
    const seen = features(graph.batch([CORE, RIM].flatMap((each, i) => drawn(each, 4, i + 1))));
    const start = network();
    fit(start, seen, all(seen), 200);
    const bases = [CORE, RIM].map((each, i) => graph.probes.graphon(drawn(each, 8, i + 1)));
    const blocks = graphonOf((u, v) => (u < 0.5 === v < 0.5 ? 0.8 : 0.3));
    const targets = [CORE, RIM, mixed([0.5, 0.5], [CORE, RIM]), FLAT, blocks, graphonOf((u, v) => 0.9 - 0.5 * u * v)];
    const rows = targets.map((target, i) => {
      // The place of a node is what is asked for, of one in nine it is known.
      const g = features(graph.batch(drawn(target, 3, 20 + i, 90)));
      const [training, tested] = [true, false].map((is) => all(g).filter((node) => (node % 9 === 0) === is));
      const accuracy = (model: core.Module): number => {
        fit(model, g, training, 10);
        const task = train.tasks.nodeClassification({ graph: g, labels: g.nodeTypes!, training });
        const found = task.measure(model, tested).accuracy;
        model.dispose();
        return found;
      };
      const tuned = network();
      tf.tidy(() => tuned.parameters().forEach((parameter, path) => parameter.assign(start.parameters().get(path)!.variable))); // prettier-ignore
      const { feasibility } = graph.probes.feasibility(graph.probes.graphon(drawn(target, 8, 40 + i)), { bases });
      return { gain: accuracy(tuned) - accuracy(network()), feasibility };
    });
    start.dispose();
    const mean = (of: typeof rows): number => of.reduce((sum, { gain }) => sum + gain, 0) / of.length;
    const [feasible, others] = [true, false].map((is) => rows.filter(({ feasibility }) => feasibility > 0.9 === is));
    expect(feasible).toHaveLength(3);
    expect(mean(feasible)).toBeGreaterThan(mean(others) + 0.03);
    expect(spearman(rows.map((row) => row.feasibility), rows.map((row) => row.gain))).toBeGreaterThan(0.4); // prettier-ignore
  });
});
