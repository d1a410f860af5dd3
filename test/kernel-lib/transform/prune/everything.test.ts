import { core, prune, tf } from '@switchyard/kernel-lib';

import { describe, expect, test } from 'vitest';
import { MODELS } from '../../models/members';

describe.each(Object.entries(MODELS))('half of everything that can go, of %s', (_name, { make, input, before }) => {
  const run = (model: core.Module): tf.Tensor => {
    const ctx = core.Context.create({ training: false, random: core.Random.fromSeed(1) });
    before?.(ctx);
    return model.apply(input(), ctx);
  };
  test.each(['shrink', 'mask'] as const)('%s: what goes in and what comes out have the sizes they had', (mode) => {
    const model = make(3);
    // Half of the positions would take texts of half the length.
    const include = [...prune.groups(model).keys()].filter((name) => !name.endsWith('positions'));
    const { model: pruned, report } = prune.structured(model, { include, ratio: 0.5, mode });
    expect(report.groups.length).toBeGreaterThan(0);
    tf.tidy(() => {
      const [whole, half] = [run(model), run(pruned)];
      expect(half.shape).toEqual(whole.shape);
      expect(Array.from(half.dataSync()).every(Number.isFinite)).toBe(true);
    });
    [model, pruned].forEach((each) => each.dispose());
  });
});
