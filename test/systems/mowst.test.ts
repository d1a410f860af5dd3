import { core, layers, ops, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { mean, minimise } from '../support/regression';

const { Context, Random } = core;

const CLASSES = 4;
const WIDTH = 8;
const NODES = 600;
const THRESHOLD = 0.5;

/** Nodes of which every second is known by its features, the others by their neighbours alone. */
interface Graph {
  features: tf.Tensor2D;
  /** Mean over a node and its neighbours; [N, N]. */
  adjacency: tf.Tensor2D;
  labels: tf.Tensor1D;
  /** 1 where a node is trained on; [N]. */
  trained: tf.Tensor1D;
}

const byFeatures = (node: number) => node % 2 === 0;

function makeGraph(seed: number): Graph {
  const random = Random.fromSeed(seed);
  const next = random.child('edges').generator();
  const pick = (n: number) => Math.floor(next() * n);
  const labels = Array.from({ length: NODES }, () => pick(CLASSES));
  const adjacency = labels.map((label, node) => {
    const row = new Array<number>(NODES).fill(0);
    row[node] = 1 / 9;
    for (let edges = 0; edges < 8;) {
      const other = pick(NODES);
      // What features tell, neighbours do not, and the other way round.
      if (byFeatures(node) || (byFeatures(other) && labels[other] === label)) {
        row[other] += 1 / 9;
        edges++;
      }
    }
    return row;
  });
  return tf.tidy(() => {
    const centres = random.child('centres').normal([CLASSES, WIDTH]).mul(1.5);
    const known = tf.tensor1d(labels.map((_, node) => (byFeatures(node) ? 1 : 0)));
    const signal = tf.gather(centres, tf.tensor1d(labels, 'int32')).mul(known.expandDims(1));
    return {
      features: signal.add(random.child('noise').normal([NODES, WIDTH])) as tf.Tensor2D,
      adjacency: tf.tensor2d(adjacency),
      labels: tf.tensor1d(labels, 'int32'),
      trained: random.child('split').uniform([NODES]).less(0.5).toFloat() as tf.Tensor1D
    };
  });
}

/** Two layers from features to logits; with an adjacency, graph convolutions (arXiv 1609.02907). */
class Network extends core.Module {
  readonly kind = 'network';
  private readonly layers: layers.Linear[];

  constructor(
    random: core.Random,
    private readonly adjacency: tf.Tensor2D | null
  ) {
    super();
    const linear = (name: string, inputWidth: number, outputWidth: number) =>
      this.addChild(name, new layers.Linear({ inputWidth, outputWidth, random: random.child(name) }));
    this.layers = [linear('0', WIDTH, 16), linear('1', 16, CLASSES)];
  }

  apply(x: tf.Tensor, ctx: core.Context): tf.Tensor2D {
    const { adjacency } = this;
    const step = (y: tf.Tensor, layer: layers.Linear) =>
      layer.apply(adjacency === null ? y : adjacency.matMul(y as tf.Tensor2D), ctx);
    return tf.tidy(() => step(tf.relu(step(x, this.layers[0])), this.layers[1]) as tf.Tensor2D);
  }
}

/** A weak expert that sees a node, a strong one that sees its neighbours, and the router that says whom to ask. */
class Mowst extends core.Module {
  readonly kind = 'mowst';
  readonly weak: Network;
  readonly strong: Network;
  readonly router: routers.Router;

  constructor(graph: Graph, seed: number) {
    super();
    const random = Random.fromSeed(seed);
    this.weak = this.addChild('weak', new Network(random.child('weak'), null));
    this.strong = this.addChild('strong', new Network(random.child('strong'), graph.adjacency));
    const spec = routers.confidence({ threshold: THRESHOLD });
    this.router = this.addChild('router', spec.build({ width: CLASSES, numExperts: 2, random }));
  }

  apply(x: tf.Tensor, ctx: core.Context): tf.Tensor2D {
    return tf.tidy(() => {
      const weak = this.weak.apply(x, ctx);
      const [trust, rest] = tf.split(routers.denseWeights(this.router.route(weak, ctx)), 2, 1);
      const mixed = tf
        .softmax(weak)
        .mul(trust)
        .add(tf.softmax(this.strong.apply(x, ctx)).mul(rest));
      return mixed as tf.Tensor2D;
    });
  }

  /** C L_weak + (1 - C) L_strong, for each node; [N]. */
  loss({ features, labels }: Graph, ctx: core.Context): tf.Tensor {
    const weak = this.weak.apply(features, ctx);
    const [trust, rest] = tf.split(this.router.route(weak, ctx).probs, 2, 1);
    const strong = this.strong.apply(features, ctx);
    return ops
      .crossEntropy(weak, labels)
      .mul(trust.squeeze([1]))
      .add(ops.crossEntropy(strong, labels).mul(rest.squeeze([1])));
  }
}

const OPTIONS = { steps: 200, learningRate: 0.02 };

/** Share of the nodes that training did not see and that are told right, by what makes scores. */
function accuracy({ features, labels, trained }: Graph, module: core.Module): number {
  return tf.tidy(() => {
    const right = module.apply(features, Context.create()).argMax(1).equal(labels).toFloat();
    const unseen = tf.sub(1, trained);
    return right.mul(unseen).sum().div(unseen.sum()).dataSync()[0];
  });
}

describe('[mowst]', () => {
  test.each(['variance', 'entropy'] as const)('confidence by %s is 0 at uniform and grows with it', (dispersion) => {
    const shape = { width: 5, numExperts: 2, random: Random.fromSeed(1) };
    const router = routers.confidence({ dispersion }).build(shape);
    tf.tidy(() => {
      const logits = Random.fromSeed(2).normal([200, 5]).mul(2) as tf.Tensor2D;
      const confidence = (x: tf.Tensor2D) =>
        Array.from(router.route(x, Context.create()).probs.slice([0, 0], [-1, 1]).dataSync());
      expect(confidence(tf.fill([1, 5], 3))[0]).toBeCloseTo(0, 6);
      const spread = (tf.softmax(logits).arraySync() as number[][]).map((row) =>
        mean(row.map((p) => (dispersion === 'variance' ? (p - 0.2) ** 2 : p * Math.log(p))))
      );
      const order = spread.map((_, i) => i).sort((a, b) => spread[a] - spread[b]);
      const sorted = order.map((i) => confidence(logits)[i]);
      sorted.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(sorted[i] - 1e-6));
      expect(sorted[199] - sorted[0]).toBeGreaterThan(0.3);
    });
    router.dispose();
  });

  test('the strong expert is asked of few nodes that features tell, and both together do better than either', () => {
    const runs = [1, 2, 3].map((seed) => {
      const graph = makeGraph(seed);
      const { features, labels, trained } = graph;
      const over = (losses: tf.Tensor) => losses.mul(trained).sum().div(trained.sum());
      const mowst = new Mowst(graph, seed);
      minimise(mowst, (ctx) => over(mowst.loss(graph, ctx)), OPTIONS);
      const asked = tf.tidy(() => {
        const logits = mowst.weak.apply(features, Context.create());
        return routers
          .denseWeights(mowst.router.route(logits, Context.create()))
          .arraySync()
          .map(([, w]) => w > 0);
      });
      const rate = (wanted: boolean) => mean(asked.flatMap((a, n) => (byFeatures(n) === wanted ? [a ? 1 : 0] : [])));
      const [told, other] = [rate(true), rate(false)];
      const alone = [null, graph.adjacency].map((adjacency) => {
        const network = new Network(Random.fromSeed(seed).child('alone'), adjacency);
        minimise(network, (ctx) => over(ops.crossEntropy(network.apply(features, ctx), labels)), OPTIONS);
        const share = accuracy(graph, network);
        network.dispose();
        return share;
      });
      const both = accuracy(graph, mowst);
      mowst.dispose();
      tf.dispose(Object.values(graph));
      return { told, other, both, alone };
    });
    runs.forEach(({ told, other }) => expect(told).toBeLessThan(0.5 * other));
    expect(mean(runs.map(({ both, alone }) => both - Math.max(...alone)))).toBeGreaterThan(0);
  }, 300_000);
});
