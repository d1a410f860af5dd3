import { core, models, routers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { mean } from '../support/regression';
import {
  contrast,
  disposeTowers,
  drawThings,
  embed,
  KINDS,
  look,
  makeTowers,
  nextVariant,
  SIDES
} from '../support/towers';
import type { Towers } from '../support/towers';

const { Random } = core;

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

const upcycleBoth = (variants: readonly Towers[], seed: number): Towers => {
  const of = (side: 'image' | 'text') =>
    models.upcycle(
      variants.map((each) => each[side]),
      { router: routers.topK({ k: 2, balance: {} }), experts: variants.length, random: Random.fromSeed(seed) }
    ).model;
  return { image: of('image'), text: of('text') };
};

test('[clip-moe-dmu] with its router trained, the mixture finds more than each variant does', () => {
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
    disposeTowers(base, first, second, mixed);
    return { base: found[0], first: found[1], second: found[2], mixed: found[3] };
  });
  const of = (name: keyof (typeof runs)[0]) => mean(runs.map((run) => run[name]));
  expect(of('mixed')).toBeGreaterThan(of('first'));
  expect(of('mixed')).toBeGreaterThan(of('second'));
  // Both stages are worth something by themselves.
  expect(of('first')).toBeGreaterThan(of('base'));
});
