import { core, layers, ops, routers, tf } from '@switchyard/kernel-lib';

const { Random } = core;

const CLASSES = 4;
const WIDTH = 8;
const NODES = 600;
const THRESHOLD = 0.5;

/** Nodes of which every second is known by its features, the others by their neighbours alone. */
export interface Graph {
  features: tf.Tensor2D;
  /** Mean over a node and its neighbours; [N, N]. */
  adjacency: tf.Tensor2D;
  labels: tf.Tensor1D;
  /** 1 where a node is trained on; [N]. */
  trained: tf.Tensor1D;
}

export const byFeatures = (node: number) => node % 2 === 0;

export function makeGraph(seed: number): Graph {
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
export class Network extends core.Module {
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
export class Mowst extends core.Module {
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
