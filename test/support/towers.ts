import { core, layers, models, ops, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

const { Context, kMeans } = core;

/** Values of each attribute. */
export const KINDS = 6;
const WIDTH = 16;
const TEMPERATURE = 0.1;

/** The two towers of a model. */
export interface Towers {
  image: models.Tower;
  text: models.Tower;
}

/** Things of a shape and a colour, both 0..5; the shape is the plainer to see. */
export interface Things {
  shape: number[];
  colour: number[];
}

export const SIDES = ['image', 'text'] as const;

/** Two towers of one block. */
export function makeTowers(seed: number): Towers {
  const feedForwards = [{ kind: 'dense' as const, hidden: 32, gated: false }];
  const tower = (side: string) =>
    new models.Tower({
      ...{ inputWidth: WIDTH, width: WIDTH, heads: 1, outputWidth: 8, feedForwards },
      seed: seed * 10 + SIDES.indexOf(side as 'image')
    });
  return { image: tower('image'), text: tower('text') };
}

/** What a tower sees of things, [B, 2, F]: a part for each attribute, and noise. */
export function look(side: string, { shape, colour }: Things, world: core.Random, noise: core.Random): tf.Tensor {
  return tf.tidy(() => {
    const seen = (name: string, size: number, of: number[]) =>
      tf.gather(world.child(side).child(name).normal([KINDS, WIDTH], 0, size), tf.tensor1d(of, 'int32'));
    const parts = tf.stack([seen('shape', 1, shape), seen('colour', 0.2, colour)], 1);
    return parts.add(noise.child(side).normal(parts.shape, 0, 0.1));
  });
}

/** Things of random attributes. */
export const drawThings = (random: core.Random, count: number): Things => {
  const next = random.generator();
  const kinds = () => Array.from({ length: count }, () => Math.floor(next() * KINDS));
  return { shape: kinds(), colour: kinds() };
};

/** Trains by contrast, both ways; `batch` says which things are told from each other. */
export function contrast(
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

/** What a tower makes of things, of length 1, [B][width]. */
export const embed = (tower: models.Tower, seen: tf.Tensor): number[][] =>
  tf.tidy(() => {
    const rows = tower.apply(seen, Context.create());
    return rows.div(rows.norm('euclidean', 1, true)).arraySync() as number[][];
  });

/**
 * The next of a series of variants: only the feed-forward networks learn, from things that the last variant takes for
 * alike, so that they must be told by something else.
 */
export function nextVariant(base: Towers, last: Towers | null, world: core.Random, steps: number): Towers {
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

export const disposeTowers = (...all: Towers[]): void =>
  all.forEach(({ image, text }) => [image, text].forEach((tower) => tower.dispose()));
