import { core, elastic, models, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { expectClose, expectNoLeak } from '../support/numeric';

const model = models.resnet({ blocks: [1, 3], channels: 8, inputs: 1, classes: 4, stem: 'small' });
const perceptron = models.mlp({ inputWidth: 8, hidden: [16, 16], outputWidth: 4 });
const net = elastic.supernet(perceptron, { sizes: { '**.hidden': [0.25, 0.75], '**.hidden*': [0.25, 0.5, 1] } });

describe('Topologically important path sampling [tips]', () => {
  test('a chain by hand: a depth weighs by the ways through its blocks, a size by its share', () => {
    const own = elastic.supernet(model, { sizes: { '**.channels': [0.25, 0.75] }, depths: { 'stages.1': [1, 3] }, tied: true }); // prettier-ignore
    const { states, transitions, paths, stationary } = elastic.pathChain(own);
    expect(states.map((state) => state && state.value)).toEqual([null, 0.25, 0.75, 1, 3]);
    // 2 and 8 ways.
    [[0, 0.25, 0.75, 0, 0], [0, 0, 0, 0.2, 0.8], [0, 0, 0, 0.2, 0.8], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0]].forEach((row, i) => expectClose(transitions[i], row, 1e-12)); // prettier-ignore
    expectClose(paths.map(({ weight }) => weight), [0.05, 0.2, 0.15, 0.6], 1e-12); // prettier-ignore
    // Of three steps a walk is once at the input.
    expectClose(stationary, [1 / 3, 1 / 12, 1 / 4, 1 / 15, 4 / 15], 1e-9);
  });

  test('weights of paths and states are those of walks', () => {
    const { states, transitions, paths, stationary } = elastic.pathChain(net);
    const next = core.Random.fromSeed(4).generator();
    const counts = new Map<string, number>();
    const visits = states.map(() => 0);
    const WALKS = 40_000;
    for (let i = 0; i < WALKS; i++) {
      const walked: Record<string, number> = {};
      let at = 0;
      do {
        visits[at]++;
        let left = next();
        at = transitions[at].findIndex((share) => (left -= share) < 0);
        const state = states[at];
        if (state !== null) {
          walked[state.dimension] = state.value;
        }
      } while (at !== 0);
      const key = JSON.stringify(walked);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const steps = visits.reduce((a, b) => a + b);
    visits.forEach((count, s) => expect(Math.abs(count / steps - stationary[s])).toBeLessThan(0.01));
    paths.forEach(({ point, weight }) => expect(Math.abs((counts.get(JSON.stringify(point)) ?? 0) / WALKS - weight)).toBeLessThan(0.01)); // prettier-ignore
    expect(paths.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(new Set(paths.map(({ weight }) => weight.toFixed(6))).size).toBeGreaterThan(2);
  });

  test('slices of a step are within the budgets, and drawn by their weight', () => {
    const flops = (point: elastic.SubnetPoint): number => net.subnet(point).cost().flops!;
    const all = [...net.points()].map(flops).sort((a, b) => a - b);
    const budgets = [all[1], all[Math.floor(all.length / 2)], all.at(-1)!];
    const sampler = elastic.topologicalImportance({ budgets: [...budgets].reverse() });
    const drawn = Array.from({ length: 3000 }, (_, step) => sampler.points(net, step, core.Random.fromSeed(step)));
    drawn.forEach((points) => {
      expect(points).toHaveLength(3);
      points.forEach((point, i) => {
        expect(flops(point)).toBeLessThanOrEqual(budgets[i]);
        expect(flops(point)).toBeGreaterThan(budgets[i - 1] ?? 0);
      });
    });
    const { paths } = elastic.pathChain(net);
    const band = paths.filter(({ point }) => flops(point) > budgets[1]);
    const total = band.reduce((sum, { weight }) => sum + weight, 0);
    band.forEach(({ point, weight }) => {
      const share = drawn.filter((points) => JSON.stringify(points[2]) === JSON.stringify(point)).length / 3000;
      expect(Math.abs(share - weight / total)).toBeLessThan(0.04);
    });
    expect(Math.max(...band.map(({ weight }) => weight)) / Math.min(...band.map(({ weight }) => weight))).toBeGreaterThan(1.5); // prettier-ignore
  });

  test('it trains a supernet, leaves nothing behind, and what is refused', () => {
    const classes = train.tasks.classification({
      inputs: spread([8, 8]),
      labels: [0, 1, 2, 3, 0, 1, 2, 3],
      batchSize: 8
    });
    const sampler = elastic.topologicalImportance({ budgets: [net.subnet(net.largest).cost().flops!] });
    const stepper = train.stepper(perceptron, elastic.task(classes, net, { sampler }), { steps: 20, learningRate: 0.03, warmup: 0 }); // prettier-ignore
    const losses = Array.from({ length: 19 }, () => stepper.step()['loss/train']);
    expect(losses.at(-1)!).toBeLessThan(losses[0]);
    expectNoLeak(() => void stepper.step());
    stepper.dispose();
    expect(() => elastic.topologicalImportance({ budgets: [0] })).toThrow('elastic.topologicalImportance: budgets must be a number'); // prettier-ignore
    const poor = elastic.topologicalImportance({ budgets: [1] });
    expect(() => poor.points(net, 1, core.Random.fromSeed(0))).toThrow('elastic.topologicalImportance: a slice must spend no more than 1 operations, got at least'); // prettier-ignore
  });
});
