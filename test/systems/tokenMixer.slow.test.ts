import { core, models, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { CLICK_SIZE, logLoss, makeItems } from '../support/clickItems';
import { overTenSeeds } from '../support/paired';
import { minimise } from '../support/regression';

const { Context } = core;

test('[tokenmixer-large] share of clicks told that only two slots together tell, less 0.8, with experts for each slot', async () => {
  const { above } = await overTenSeeds('tokenmixer-large', (seed) => {
    const model = models.tokenMixer({ ...CLICK_SIZE, moe: { experts: 2, k: 1 }, auxiliary: { every: 1 }, seed });
    const loss = (ctx: core.Context, step: number): tf.Tensor => {
      const { x, y } = makeItems(1000 * seed + step, 128);
      ctx.setState(models.LABELS, y.clone());
      return logLoss(model.apply(x, ctx), y);
    };
    minimise(model, loss, { steps: 120, seed });
    const right = tf.tidy(() => {
      const { x, y } = makeItems(7, 2000);
      const ctx = Context.create();
      const clicks = model.apply(x, ctx).greater(0).toFloat();
      ctx.dispose();
      return clicks.equal(y).toFloat().mean().dataSync()[0];
    });
    model.dispose();
    return { above: right - 0.8 };
  });
  // A guess is right for half of them.
  expect(above.verdict).toBe('above');
});
