import { models, prune } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { plantedRegression } from '../support/plantedRegression';

test('[masked-bnn] over teachers of five nodes: 90 % intervals hold 85 to 95 %, and two to ten nodes of fifty count', async () => {
  const { coverage, nodes } = await overTenSeeds('masked-bnn, less 0.9 and less 5', (seed) => {
    const { seen, unseen } = plantedRegression(seed, 80, 0.3);
    const student = models.mlp({ inputWidth: 2, hidden: [50], outputWidth: 1, seed });
    const { model, report, predict } = prune.bayesianMask(student, { ...seen, noise: 0.3, burnIn: 3000, sweeps: 3000, seed }); // prettier-ignore
    const { low, high } = predict(unseen.inputs);
    const held = Array.from(unseen.targets.dataSync()).filter((value, i) => value >= low[i] && value <= high[i]);
    [student, model].forEach((each) => each.dispose());
    const mean = report.active.reduce((a, b) => a + b, 0) / report.active.length;
    return { coverage: held.length / 400 - 0.9, nodes: mean - 5 };
  });
  expect(Math.abs(coverage.mean)).toBeLessThanOrEqual(0.05);
  expect(nodes.mean).toBeGreaterThan(-2.5);
  expect(nodes.mean).toBeLessThan(5);
});
