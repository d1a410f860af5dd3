import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { network, NODES, snapshots, sourceFound, STATES } from '../support/epidemics';
import { passOn } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

describe('Finding patient zero', () => {
  test('[gnn-patient-zero] the source is found above the distance centre early, less often later, and by chance when all is over', () => {
    const [early, later, over] = [3, 6, 40].map((steps) => sourceFound(steps, 1));
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
    const model = network(1);
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
