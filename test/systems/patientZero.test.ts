import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { passOn } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const NODES = 200;
const STATES = 4;

const drawn = new Map<number, graph.Graph>();
/** An Erdos-Renyi graph of mean degree 5; drawn once. */
const contacts = (seed: number): graph.Graph =>
  drawn.get(seed) ?? drawn.set(seed, graph.generators.erdosRenyi({ nodes: NODES, probability: 5 / NODES, seed })).get(seed)!; // prettier-ignore

/** Snapshots of SIR after so many steps, each on a graph of its own, in which three nodes or more have been reached; states are all that is seen. */
function snapshots(count: number, steps: number, seed: number) {
  const graphs: graph.Graph[] = [];
  const sources: number[] = [];
  const reached: number[][] = [];
  for (let i = 0; graphs.length < count; i++) {
    const g = contacts(1000 * seed + i);
    const { source, states } = graph.generators.epidemic(g, { steps, infection: 0.3, recovery: 0.3, seed: 1000 * seed + i }); // prettier-ignore
    const nodes = [...states[steps].keys()].filter((node) => states[steps][node] > 0);
    if (nodes.length >= 3) {
      const nodeFeatures = Array.from(states[steps], (state) => Array.from({ length: STATES }, (_, s) => (s === state ? 1 : 0))); // prettier-ignore
      graphs.push(graph.fromEdges({ ...g.directedOptions, nodeFeatures }));
      sources.push(source);
      reached.push(nodes);
    }
  }
  return { graphs, sources, reached };
}

const network = () => models.graphNetwork({ inputWidth: STATES, hidden: 16, outputWidth: 1, layers: 3, layer: graph.sage(), seed: 1 }); // prettier-ignore

/** Shares of sources found on 100 snapshots never seen: by a network after 30 steps on others, and by the distance centre. */
function found(steps: number) {
  const task = train.tasks.sourceLocalization({ ...snapshots(75, steps, 1), batchSize: 5 });
  const unseen = snapshots(100, steps, 2);
  const model = network();
  const training = train.stepper(model, task, { steps: 30, learningRate: 0.03, seed: 1, schedule: 'constant', warmup: 0, weightDecay: 0 }); // prettier-ignore
  while (training.steps < 30) {
    training.step();
  }
  training.dispose();
  const { accuracy, loss } = task.measure(model, unseen);
  model.dispose();
  const central = unseen.graphs.filter((g, i) => graph.probes.distanceCentre(g, unseen.reached[i])[0] === unseen.sources[i]); // prettier-ignore
  return { accuracy, loss, centre: central.length / unseen.graphs.length };
}

describe('Finding patient zero', () => {
  test('[gnn-patient-zero] the source is found above the distance centre early, less often later, and by chance when all is over', () => {
    const [early, later, over] = [3, 6, 40].map(found);
    expect(early.accuracy).toBeGreaterThan(early.centre + 0.08);
    expect(later.accuracy).toBeGreaterThan(later.centre + 0.08);
    expect(early.accuracy).toBeGreaterThan(later.accuracy + 0.1);
    expect(over.accuracy).toBeLessThan(0.04);
    // As many nats as an even guess among all nodes takes.
    expect(over.loss).toBeGreaterThan(0.95 * Math.log(NODES));
  });

  test('[gnn-patient-zero] who is suspected does not depend on how nodes are numbered', () => {
    const { graphs } = snapshots(1, 4, 3);
    const [g] = graphs;
    const order = core.Random.fromSeed(4).shuffle([...Array(NODES).keys()]);
    const features = (node: number): number[] => [...g.nodeFeatures!.values.subarray(STATES * node, STATES * (node + 1))]; // prettier-ignore
    const nodeFeatures: number[][] = [];
    order.forEach((to, node) => (nodeFeatures[to] = features(node)));
    const edges = Array.from(g.sources, (source, e) => [order[source], order[g.targets[e]]] as const);
    const turned = graph.fromEdges({ numNodes: NODES, edges, nodeFeatures });
    const model = network();
    const logits = (of: graph.Graph): number[] =>
      tf.tidy(() => Array.from(passOn(of, model, tf.tensor2d(of.nodeFeatures!.values, [NODES, STATES])).dataSync()));
    const [own, other] = [g, turned].map(logits);
    expectClose(
      order.map((to) => other[to]),
      own,
      1e-5
    );
    expect(new Set(own).size).toBeGreaterThan(20);
    model.dispose();
  });

  test('[gnn-patient-zero] the distance centre and the measures by hand', () => {
    // A path 0 - 1 - 2 - 3 - 4 and a node alone.
    const g = graph.fromEdges({ numNodes: 6, edges: [[0, 1], [1, 2], [2, 3], [3, 4]], undirected: true, nodeFeatures: [[0], [0], [1], [0], [3], [3]] }); // prettier-ignore
    const { distanceCentre } = graph.probes;
    expect(distanceCentre(g, [4, 0, 1, 2, 3])).toEqual([2, 1, 3, 0, 4]);
    // 0 + 1 + 2 + 6, 1 + 0 + 1 + 6, 2 + 1 + 0 + 6, and three times 6.
    expect(distanceCentre(g, [5, 2, 3, 4])).toEqual([3, 2, 4, 5]);
    expect(() => distanceCentre(g, [6])).toThrow('graph.probes.distanceCentre: reached must be an integer 0..5, got 6');
    expect(() => distanceCentre(g, [1, 1])).toThrow('graph.probes.distanceCentre: reached must name each node once');
    class Same extends core.Module {
      readonly kind = 'same';
      override apply(x: tf.Tensor): tf.Tensor {
        return x.clone();
      }
    }
    const data = { graphs: [g, g, g], sources: [4, 4, 2] };
    const task = train.tasks.sourceLocalization(data);
    const { loss, accuracy } = task.measure(new Same(), data);
    expect(accuracy).toBeCloseTo(2 / 3, 9);
    expect(loss).toBeCloseTo(Math.log(3 + Math.E + 2 * Math.exp(3)) - 7 / 3, 5);
    expectNoLeak(() => void task.measure(new Same(), data));
    // A step of one graph has gradients as well.
    const alone = train.tasks.sourceLocalization({ graphs: [g], sources: [4], batchSize: 1 });
    const model = models.graphNetwork({ inputWidth: 1, hidden: 2, outputWidth: 1, layers: 1, layer: graph.gcn() });
    const ofStep = (): tf.Scalar => alone.loss(model, alone.batch(1, 1), core.Context.create()) as tf.Scalar;
    expectNoLeak(() => {
      const { value, grads } = tf.variableGrads(ofStep);
      tf.dispose([value, grads]);
    });
    model.dispose();
    const made = (more: object) => () => train.tasks.sourceLocalization({ ...data, ...more });
    const where = 'train.tasks.sourceLocalization:';
    expect(made({ graphs: [] })).toThrow(`${where} graphs must hold a graph, got none`);
    expect(made({ sources: [1] })).toThrow(`${where} sources must be as many as graphs (3), got 1`);
    expect(made({ sources: [1, 6, 0] })).toThrow(`${where} source of graph 1 must be an integer 0..5, got 6`);
    expect(made({ graphs: [g, g, graph.generators.ring({ nodes: 4 })] })).toThrow(`${where} each graph must have features of nodes (graph 2 of graphs), got none`); // prettier-ignore
    const wide = models.graphNetwork({ inputWidth: 1, hidden: 2, outputWidth: 2, layers: 1, layer: graph.gcn() });
    expect(() => task.measure(wide, data)).toThrow(`${where} the model must give a logit of each node, [18, 1], got [18, 2]`); // prettier-ignore
    wide.dispose();
  });
});
