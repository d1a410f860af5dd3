import { core, models, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { outputOf, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { disposeTowers, drawThings, look, makeTowers, nextVariant } from '../support/towers';

const { Context, Random } = core;

test('[clip-moe-dmu] variants share all but the feed-forward networks; routed to one alone, the mixture is that variant', () => {
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
  disposeTowers(...variants);
});
