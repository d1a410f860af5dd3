import { core, layers, models, ops, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { mean, minimise } from '../support/regression';

const { Context, kMeans, Random } = core;

const KINDS = 6;
const WIDTH = 16;
const TEMPERATURE = 0.1;

/** The two towers of a model. */
interface Towers {
  image: models.Tower;
  text: models.Tower;
}

/** Things of a shape and a colour, both 0..5; the shape is the plainer to see. */
interface Things {
  shape: number[];
  colour: number[];
}

const SIDES = ['image', 'text'] as const;

function makeTowers(seed: number): Towers {
  const feedForwards = [{ kind: 'dense' as const, hidden: 32, gated: false }];
  const tower = (side: string) =>
    new models.Tower({
      ...{ inputWidth: WIDTH, width: WIDTH, heads: 1, outputWidth: 8, feedForwards },
      seed: seed * 10 + SIDES.indexOf(side as 'image')
    });
  return { image: tower('image'), text: tower('text') };
}

/** What a tower sees of things, [B, 2, F]: a part for each attribute, and noise. */
function look(side: string, { shape, colour }: Things, world: core.Random, noise: core.Random): tf.Tensor {
  return tf.tidy(() => {
    const seen = (name: string, size: number, of: number[]) =>
      tf.gather(world.child(side).child(name).normal([KINDS, WIDTH], 0, size), tf.tensor1d(of, 'int32'));
    const parts = tf.stack([seen('shape', 1, shape), seen('colour', 0.2, colour)], 1);
    return parts.add(noise.child(side).normal(parts.shape, 0, 0.1));
  });
}

const drawThings = (random: core.Random, count: number): Things => {
  const next = random.generator();
  const kinds = () => Array.from({ length: count }, () => Math.floor(next() * KINDS));
  return { shape: kinds(), colour: kinds() };
};

/** Trains by contrast, both ways; `batch` says which things are told from each other. */
function contrast(
  towers: Towers,
  world: core.Random,
  { steps, batch, wanted }: { steps: number; batch: (step: number) => Things; wanted: (path: string) => boolean }
): void {
  const loss = (ctx: core.Context, step: number) => {
    const things = batch(step);
    const [a, b] = SIDES.map(
      (side) => towers[side].apply(look(side, things, world, world.child('noise').child(step)), ctx) as tf.Tensor2D
    );
    return ops.infoNce(a, b, TEMPERATURE).add(ops.infoNce(b, a, TEMPERATURE));
  };
  const both = new layers.Sequential(SIDES.map((side) => towers[side]));
  minimise(both, loss, { steps, wanted: (path) => wanted(path.slice(path.indexOf('.') + 1)) });
}

const embed = (tower: models.Tower, seen: tf.Tensor): number[][] =>
  tf.tidy(() => {
    const rows = tower.apply(seen, Context.create());
    return rows.div(rows.norm('euclidean', 1, true)).arraySync() as number[][];
  });

/** Share of images whose own text is the nearest, among all 36 kinds of things. */
function recall(towers: Towers, world: core.Random): number {
  const all = Array.from({ length: KINDS ** 2 }, (_, i) => i);
  const things = { shape: all.map((i) => Math.floor(i / KINDS)), colour: all.map((i) => i % KINDS) };
  const hits = [0, 1, 2, 3, 4, 5, 6, 7].map((draw) => {
    const [a, b] = SIDES.map((side) => {
      const seen = look(side, things, world, world.child('unseen').child(draw));
      const rows = embed(towers[side], seen);
      seen.dispose();
      return rows;
    });
    const likeness = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
    return mean(
      a.map((row, i) => Number(b.every((other, j) => j === i || likeness(row, b[i]) > likeness(row, other))))
    );
  });
  return mean(hits);
}

/**
 * The next of a series of variants: only the feed-forward networks learn, from things that the last variant takes for
 * alike, so that they must be told by something else.
 */
function nextVariant(base: Towers, last: Towers | null, world: core.Random, steps: number): Towers {
  const copy = {
    image: models.mapFeedForwards(base.image, (feedForward) => feedForward),
    text: models.mapFeedForwards(base.text, (feedForward) => feedForward)
  };
  const pool = drawThings(world.child('pool'), 240);
  const groups = last === null ? [pool.shape.map((_, i) => i)] : alike(last.image, pool, world);
  const batch = (step: number): Things => {
    const random = world.child('batch').child(step);
    const group = groups[step % groups.length];
    const chosen = random.shuffle(group).slice(0, 24);
    return { shape: chosen.map((i) => pool.shape[i]), colour: chosen.map((i) => pool.colour[i]) };
  };
  contrast(copy, world, { steps, batch, wanted: (path) => path.includes('.feedForward.') });
  return copy;
}

function alike(tower: models.Tower, pool: Things, world: core.Random): number[][] {
  const seen = look('image', pool, world, world.child('pool noise'));
  const rows = embed(tower, seen).map((row) => Float64Array.from(row));
  seen.dispose();
  const { members } = kMeans(rows, { count: KINDS, next: world.child('groups').generator() });
  return members.filter((group) => group.length >= 12);
}

const upcycleBoth = (variants: readonly Towers[], seed: number): Towers => {
  const of = (side: 'image' | 'text') =>
    models.upcycle(
      variants.map((each) => each[side]),
      { router: routers.topK({ k: 2, balance: {} }), experts: variants.length, random: Random.fromSeed(seed) }
    ).model;
  return { image: of('image'), text: of('text') };
};

const dispose = (...all: Towers[]) =>
  all.forEach(({ image, text }) => [image, text].forEach((tower) => tower.dispose()));

describe('[clip-moe-dmu]', () => {
  test('variants share all but the feed-forward networks; routed to one alone, the mixture is that variant', () => {
    const world = Random.fromSeed(1).child('world');
    const base = makeTowers(1);
    const first = nextVariant(base, null, world, 10);
    const second = nextVariant(base, first, world, 10);
    const variants = [base, first, second];
    const values = variants.map(({ image }) => valuesOf(image));
    for (const path of Object.keys(values[0])) {
      const same = values.map((each) => each[path].every((x, i) => x === values[0][path][i]));
      expect(same).toEqual([true, ...(path.includes('.feedForward.') ? [false, false] : [true, true])]);
    }
    const seen = look('image', drawThings(world, 20), world, world);
    variants.forEach((variant, i) => {
      const { model, report } = models.upcycle(
        variants.map(({ image }) => image),
        { router: routers.fixed({ table: [[i]], by: 'always' }), experts: 3, random: Random.fromSeed(1) }
      );
      expect(report.source).toEqual([0, 1, 2]);
      const ctx = Context.create();
      ctx.setState(core.stateKey('always'), tf.zeros([40], 'int32'));
      tf.tidy(() => expectClose(model.apply(seen, ctx), outputOf(variant.image, seen), 1e-5));
      ctx.dispose();
      model.dispose();
    });
    expect(valuesOf(base.image)).toEqual(values[0]);
    seen.dispose();
    dispose(...variants);
  });

  test('with its router trained, the mixture finds more than each variant does', () => {
    const runs = [1, 2, 3].map((seed) => {
      const world = Random.fromSeed(seed).child('world');
      const base = makeTowers(seed);
      const ordinary = (step: number) => drawThings(world.child('ordinary').child(step), 24);
      contrast(base, world, { steps: 40, batch: ordinary, wanted: () => true });
      const first = nextVariant(base, null, world, 20);
      const second = nextVariant(base, first, world, 60);
      const mixed = upcycleBoth([first, second], seed);
      contrast(mixed, world, { steps: 100, batch: ordinary, wanted: (path) => path.includes('.router.') });
      const found = [base, first, second, mixed].map((towers) => recall(towers, world));
      dispose(base, first, second, mixed);
      return { base: found[0], first: found[1], second: found[2], mixed: found[3] };
    });
    const of = (name: keyof (typeof runs)[0]) => mean(runs.map((run) => run[name]));
    expect(of('mixed')).toBeGreaterThan(of('first'));
    expect(of('mixed')).toBeGreaterThan(of('second'));
    // Both stages are worth something by themselves.
    expect(of('first')).toBeGreaterThan(of('base'));
  });
});
