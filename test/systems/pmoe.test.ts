import { core, layers, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';
import { mean, regress } from '../support/regression';

const { Context, Module, Random } = core;

const WIDTH = 16;
const IMAGES = 16;
const EXPERTS = 4;
const HIDDEN = 4;
const NOISE = 0.15;
/** Patches that an expert takes of an image. */
const TAKEN = 2;

/** Images of n patches; one of them is the pattern of the class, +1 or -1, the others are of 8 patterns that say nothing. */
function patches(n: number, seed: number) {
  return (step: number, images = IMAGES) => {
    const random = Random.fromSeed(seed).child(n).child(step);
    const next = random.generator();
    const pick = (count: number) => Math.floor(next() * count);
    const label = Array.from({ length: images }, () => pick(2));
    const place = Array.from({ length: images }, () => pick(n));
    const pattern = label.flatMap((c, i) => Array.from({ length: n }, (_, p) => (p === place[i] ? c : 2 + pick(8))));
    const [x, y] = tf.tidy(() => [
      tf
        .oneHot(tf.tensor1d(pattern, 'int32'), WIDTH)
        .toFloat()
        .add(random.normal([images * n, WIDTH], 0, NOISE)),
      tf.tensor1d(label).mul(2).sub(1)
    ]);
    return { x: x as tf.Tensor2D, y, label, place };
  };
}

/** The first output of a network on each patch, put together over an image: by the weights, or as a mean. */
class PatchNetwork extends Module {
  readonly kind = 'patches';
  constructor(
    readonly body: core.Module,
    private readonly n: number,
    private readonly scale: number
  ) {
    super();
    this.addChild('body', body);
  }
  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() =>
      this.body.apply(x, ctx.within('body')).slice([0, 0], [-1, 1]).reshape([-1, this.n]).sum(1).mul(this.scale)
    );
  }
}

function routed(n: number, seed: number) {
  const router = routers.expertChoice({ k: (TAKEN * EXPERTS) / n, group: n, softmax: 'tokens' });
  const layer = moe.layer({
    router,
    ...{ experts: EXPERTS, width: WIDTH, hidden: HIDDEN, expertKind: moe.plainExperts({ activation: 'relu' }) },
    random: Random.fromSeed(seed)
  });
  return { layer, network: new PatchNetwork(layer, n, 1) };
}

function convolution(n: number, seed: number): PatchNetwork {
  const options = { width: WIDTH, hidden: EXPERTS * HIDDEN, activation: 'relu' as const, bias: false };
  return new PatchNetwork(new layers.FeedForward({ ...options, random: Random.fromSeed(seed) }), n, 1 / n);
}

/** Images seen before 95 % of unseen ones are told apart; if that does not happen, all. */
function samplesNeeded(network: PatchNetwork, n: number, seed: number, most: number): number {
  const batches = patches(n, seed);
  const unseen = batches(1_000_000, 200);
  const all = most * IMAGES;
  let needed = all;
  const prepare = (_: core.Context, step: number) => {
    if (needed < all || step % 5 > 0) {
      return;
    }
    const ctx = Context.create();
    const right = tf.tidy(() => network.apply(unseen.x, ctx).mul(unseen.y).greater(0).mean().dataSync()[0]);
    ctx.dispose();
    if (right >= 0.95) {
      needed = step * IMAGES;
    }
  };
  regress(network, batches, { steps: most, seed, prepare, learningRate: 0.01 });
  tf.dispose([unseen.x, unseen.y]);
  return needed;
}

/** Share of the images of a class whose telling patch is taken by the expert that takes most of them; the lesser class. */
function consistencyOf(layer: moe.MoeLayer, n: number, seed: number): number {
  const { x, y, label, place } = patches(n, seed)(2_000_000, 200);
  const taken = tf.tidy(
    () => routers.denseWeights(layer.router.route(x, Context.create())).greater(0).arraySync() as unknown as number[][]
  );
  tf.dispose([x, y]);
  const shareOf = (c: number, expert: number) =>
    mean(place.flatMap((p, i) => (label[i] === c ? [taken[i * n + p][expert]] : [])));
  const experts = Array.from({ length: EXPERTS }, (_, expert) => expert);
  return Math.min(...[0, 1].map((c) => Math.max(...experts.map((expert) => shareOf(c, expert)))));
}

describe('[pmoe]', () => {
  test('each expert takes so many patches of each image, its best, with weights that sum to one', () => {
    const [n, images] = [8, 5];
    const { layer } = routed(n, 1);
    const { x, y } = patches(n, 1)(0, images);
    tf.tidy(() => {
      const routing = layer.router.route(x, Context.create());
      const weights = routers.denseWeights(routing).reshape([images, n, EXPERTS]);
      expectClose(weights.sum(1), new Array<number>(images * EXPERTS).fill(1));
      const taken = weights.greater(0).toFloat();
      expect([...taken.sum(1).dataSync()]).toEqual(new Array<number>(images * EXPERTS).fill(TAKEN));
      const logits = routing.logits.reshape([images, n, EXPERTS]);
      const worst = tf.where(taken.greater(0), logits, tf.fill(logits.shape, Infinity)).min(1);
      const left = tf.where(taken.greater(0), tf.fill(logits.shape, -Infinity), logits).max(1);
      expect(worst.sub(left).min().dataSync()[0]).toBeGreaterThanOrEqual(0);
    });
    // Another image in the batch changes nothing.
    const alone = (count: number) =>
      tf.tidy(() => {
        const part = x.slice<tf.Tensor2D>([0, 0], [count * n, -1]);
        return [...routers.denseWeights(layer.router.route(part, Context.create())).dataSync()].slice(0, n * EXPERTS);
      });
    expectClose(alone(1), alone(images), 1e-6);
    tf.dispose([x, y]);
    layer.dispose();
  });

  test('the patch that tells the class goes to one expert, and the more patches, the more samples that saves', () => {
    const runs = [1, 2, 3].map((seed) => {
      const ratios = [4, 16].map((n) => {
        const [{ layer, network }, cnn] = [routed(n, seed), convolution(n, seed)];
        const ratio = samplesNeeded(network, n, seed, 60) / samplesNeeded(cnn, n, seed, 130);
        const consistency = consistencyOf(layer, n, seed);
        [network, cnn].forEach((each) => each.dispose());
        return { ratio, consistency };
      });
      return ratios;
    });
    runs.flat().forEach(({ consistency }) => expect(consistency).toBeGreaterThan(0.95));
    const [few, many] = [0, 1].map((i) => mean(runs.map((run) => run[i].ratio)));
    expect(few).toBeLessThan(1);
    expect(many).toBeLessThan(few);
  });
});
