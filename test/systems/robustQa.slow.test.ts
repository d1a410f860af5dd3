import { models } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { f1, fit, sparse } from '../support/spans';

test('[moe-robust-qa] F1 out of domain, less that of the dense twin', async () => {
  const { routed, gain } = await overTenSeeds('moe-robust-qa', (seed) => {
    const [own, dense] = [sparse(seed), models.denseTwin(sparse(seed))].map((model) => {
      fit(model, seed, 120);
      const result = f1(model, seed, true);
      model.dispose();
      return result;
    });
    return { routed: own, gain: own - dense };
  });
  expect(routed.mean).toBeGreaterThan(0.75);
  expect(gain.verdict).toBe('undecided');
});
