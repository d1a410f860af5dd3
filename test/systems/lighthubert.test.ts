import { core, elastic, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';

const feedForwards = (hidden: number, layers: number): models.FeedForwardSpec[] =>
  Array.from({ length: layers }, () => ({ kind: 'dense', hidden, gated: false }));
const teacher = new models.Tower({ inputWidth: 4, width: 16, heads: 2, outputWidth: 6, seed: 9, feedForwards: feedForwards(16, 2) }); // prettier-ignore
const inputs = spread([32, 5, 4]);
// Its own loss is not used: slices learn from the teacher alone.
const data = train.tasks.regression({ inputs, targets: tf.zeros([32, 6]), batchSize: 16 });

describe('LightHuBERT [lighthubert]', () => {
  test('the supernet is nested over embedding, heads, feed-forward width and depth: as many slices as the product', () => {
    const student = new models.Tower({ inputWidth: 4, width: 12, heads: 2, outputWidth: 6, seed: 1, feedForwards: feedForwards(12, 3) }); // prettier-ignore
    const sizes = { width: [0.5, 1], '**.heads': [0.5, 1], '**.hidden': [1 / 3, 2 / 3, 1] };
    const net = elastic.supernet(student, { sizes, depths: { layers: [2, 3] } });
    expect(net.count).toBe(2 * 2 ** 3 * 3 ** 3 * 2);
    expect([...net.points()]).toHaveLength(net.count);
    const cost = net.subnet(net.smallest).cost();
    expect(cost.parameters).toBeLessThan(0.4 * student.countParameters());
    student.dispose();
  });

  test('two stages of distillation: the whole student meets the representations, then slices do; the second helps slices most', async () => {
    const student = new models.Tower({ inputWidth: 4, width: 12, heads: 2, outputWidth: 6, seed: 1, feedForwards: feedForwards(12, 2) }); // prettier-ignore
    const sizes = { width: [0.5, 1], '**.heads': [0.5, 1], '**.hidden': [0.5, 1] };
    const net = elastic.supernet(student, { sizes, depths: { layers: [1, 2] } });
    const distillation = { teacher, distance: 'squared' } as const;
    const wanted = tf.tidy(() => teacher.apply(inputs, core.Context.create()));
    const far = (point: elastic.SubnetPoint): number => tf.tidy(() => net.subnet(point).apply(inputs, core.Context.create()).sub(wanted).square().mean().dataSync()[0]); // prettier-ignore
    const sampled = Array.from({ length: 8 }, (_, i) => net.sample(core.Random.fromSeed(77).child(i)));
    const mean = (): number => sampled.reduce((sum, point) => sum + far(point), 0) / sampled.length;
    const stage = async (sampler: elastic.SliceSampler, seed: number): Promise<void> => {
      const task = elastic.task(data, net, { sampler, distillation });
      await train.fit(student, task, { steps: 25, seed, warmup: 0, learningRate: 0.01, weightDecay: 0, progress: false, evaluateEvery: 0 }); // prettier-ignore
    };
    const before = far(net.largest);
    await stage(elastic.every({ points: [net.largest] }), 1);
    const [whole, slices] = [far(net.largest), mean()];
    expect(whole).toBeLessThan(0.8 * before);
    await stage(elastic.uniform({ count: 2 }), 2);
    expect(mean()).toBeLessThan(0.9 * slices);
    // The teacher is as it was.
    expect(tf.tidy(() => teacher.apply(inputs, core.Context.create()).sub(wanted).abs().max().dataSync()[0])).toBe(0);
    wanted.dispose();
    student.dispose();
  });
});
