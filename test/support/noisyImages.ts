import { core, layers, tf, type routers } from '@switchyard/kernel-lib';
import { Stack } from './stack';

const { Random } = core;

const PIXELS = 64;
const CLASSES = 10;
const EXPERTS = 8;

/** Small images of ten classes, some with little noise and some with much. */
export function makeImages(seed: number, step: number, count: number): { x: tf.Tensor2D; labels: tf.Tensor1D } {
  const draw = Random.fromSeed(seed).child('draw').child(step);
  return tf.tidy(() => {
    const templates = Random.fromSeed(seed).child('templates').uniform([CLASSES, PIXELS]).greater(0.5).toFloat();
    const labels = draw.child('labels').uniform([count]).mul(CLASSES).floor().toInt() as tf.Tensor1D;
    const noise = draw
      .child('noise')
      .normal([count, PIXELS])
      .mul(draw.child('level').uniform([count, 1]).mul(2));
    return { x: tf.gather(templates, labels).add(noise) as tf.Tensor2D, labels };
  });
}

/** An image is a token: embedded, through the mixtures, classified. */
export class Classifier extends core.Module {
  readonly kind = 'classifier';
  readonly embedding: layers.Linear;
  readonly stack: Stack;
  readonly head: layers.Linear;

  constructor(router: (layer: number) => routers.RouterSpec, seed: number) {
    super();
    const random = Random.fromSeed(seed);
    const linear = (name: string, inputWidth: number, outputWidth: number) =>
      this.addChild(name, new layers.Linear({ inputWidth, outputWidth, random: random.child(name) }));
    this.embedding = linear('embedding', PIXELS, 16);
    this.stack = this.addChild('stack', new Stack({ router, layers: 4, numExperts: EXPERTS, seed }));
    this.head = linear('head', 16, CLASSES);
  }

  apply(x: tf.Tensor, ctx: core.Context): tf.Tensor2D {
    return tf.tidy(() => {
      const tokens = this.stack.apply(this.embedding.apply(x, ctx), ctx.within('stack'));
      return this.head.apply(tokens, ctx) as tf.Tensor2D;
    });
  }
}
