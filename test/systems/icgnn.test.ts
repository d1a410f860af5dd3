import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { cellRates, channelsOf } from '../support/cells';
import { expectGradients } from '../support/gradients';
import { expectClose, expectNoLeak } from '../support/numeric';

const NOISE = 0.1;
const network = (): graph.PrecodingNetwork => new graph.PrecodingNetwork({ hidden: 12, layers: 2, random: core.Random.fromSeed(1) }); // prettier-ignore

const on = <T>(run: (ctx: core.Context) => T): T => {
  const ctx = core.Context.create();
  const out = run(ctx);
  ctx.dispose();
  return out;
};

describe('ICGNN', () => {
  test('[icgnn] rates by hand; conjugate gradients solve what an inverse does, and precoders have their powers', () => {
    tf.tidy(() => {
      // One antenna each, channels 1 and i; precoders 0.6 and 0.8 i, which each other hears as well.
      const channels = { real: tf.tensor3d([[[1], [0]]]), imaginary: tf.tensor3d([[[0], [1]]]) }; // prettier-ignore
      const given = { real: tf.tensor3d([[[0.6, 0]]]), imaginary: tf.tensor3d([[[0, 0.8]]]) }; // prettier-ignore
      const wanted = Math.log2(1 + 0.36 / (0.64 + 0.5)) + Math.log2(1 + 0.64 / (0.36 + 0.5));
      expectClose(graph.sumRate(channels, given, 0.5), [wanted], 1e-5);
      // Two users, two antennas, real channels: (sum of w h h^T + noise 2 I)^-1 h, by Cramer's rule.
      const h = [[1, 0.5], [-0.3, 0.8]]; // prettier-ignore
      const w = [2, 0.7];
      const m = [0, 1].map((i) => [0, 1].map((j) => w[0] * h[0][i] * h[0][j] + w[1] * h[1][i] * h[1][j] + (i === j ? 2 * NOISE : 0))); // prettier-ignore
      const det = m[0][0] * m[1][1] - m[0][1] * m[1][0];
      const solved = h.map(([a, b]) => [(m[1][1] * a - m[0][1] * b) / det, (m[0][0] * b - m[1][0] * a) / det]);
      const unit = solved.map((v, i) => v.map((value) => (value / Math.hypot(...v)) * Math.sqrt([0.3, 0.7][i])));
      const made = graph.precode({ real: tf.tensor3d([h]), imaginary: tf.zeros([1, 2, 2]) }, { powers: tf.tensor2d([[0.3, 0.7]]), weights: tf.tensor2d([w]), noise: NOISE }); // prettier-ignore
      expectClose(made.real, [unit[0][0], unit[1][0], unit[0][1], unit[1][1]], 1e-5);
      expectClose(made.imaginary, [0, 0, 0, 0], 1e-6);
      // Complex ones: as many steps as users and one are enough, two are not.
      const drawn = channelsOf(3, 4, 6, 2);
      const options = { powers: tf.fill([3, 4], 0.25), weights: tf.ones<tf.Rank.R2>([3, 4]), noise: NOISE };
      const [few, exact, more] = [2, 5, 30].map((steps) => graph.precode(drawn, { ...options, steps }).real);
      expectClose(exact, more, 1e-3);
      expect(few.sub(more).abs().max().dataSync()[0]).toBeGreaterThan(0.02);
      // With little noise nobody hears the others.
      const clean = graph.precode(drawn, { ...options, noise: 1e-4, steps: 30 });
      const heard = graph.sumRate(drawn, clean, 1e-4);
      const alone = tf.range(0, 3).arraySync().map((b) => [0, 1, 2, 3].reduce((sum, u) => {
        const take = (x: tf.Tensor3D, axis: 1 | 2): tf.Tensor3D => x.slice(axis === 1 ? [b, u, 0] : [b, 0, u], axis === 1 ? [1, 1, 6] : [1, 6, 1]);
        const [c, v] = [{ real: take(drawn.real, 1), imaginary: take(drawn.imaginary, 1) }, { real: take(clean.real, 2), imaginary: take(clean.imaginary, 2) }];
        return sum + graph.sumRate(c, v, 1e-4).dataSync()[0];
      }, 0)); // prettier-ignore
      expectClose(heard, alone, 1e-2);
    });
    tf.tidy(() => {
      // WMMSE never falls from round to round; of one user it is the channel itself, log2(1 + |h|^2 / noise).
      const drawn = channelsOf(4, 4, 4, 9);
      const rates = [0, 1, 3, 10, 40].map((rounds) => graph.sumRate(drawn, graph.wmmse(drawn, { noise: NOISE, rounds }), NOISE).arraySync()); // prettier-ignore
      rates.slice(1).forEach((row, i) => row.forEach((rate, b) => expect(rate).toBeGreaterThan(rates[i][b] - 1e-3)));
      const one = channelsOf(3, 1, 5, 10);
      const gains = one.real.square().add(one.imaginary.square()).sum([1, 2]);
      expectClose(graph.sumRate(one, graph.wmmse(one, { noise: NOISE, rounds: 3 }), NOISE), gains.div(NOISE).log1p().div(Math.LN2), 1e-4); // prettier-ignore
    });
    expect(() => graph.wmmse(channelsOf(1, 1, 1, 1), { noise: NOISE, rounds: -1 })).toThrow('graph.wmmse: rounds must be an integer of at least 0, got -1'); // prettier-ignore
    const three = { ...channelsOf(1, 2, 3, 3) };
    const [powers, weights] = [tf.tensor2d([[0.4, 0.6]]), tf.tensor2d([[1, 2]])];
    expectGradients((real, some) => graph.precode({ real: real as tf.Tensor3D, imaginary: three.imaginary }, { powers, weights: some as tf.Tensor2D, noise: 0.5 }).real, [three.real, weights], 1e-2); // prettier-ignore
    expect(() => graph.precode(three, { powers, weights, noise: 0 })).toThrow('graph.precode: noise must be a number of at least'); // prettier-ignore
    expect(() => graph.precode(three, { powers: tf.ones([1, 3]), weights, noise: 1 })).toThrow('graph.precode: expects shape [1, 2], got [1, 3]'); // prettier-ignore
    tf.dispose([three.real, three.imaginary, powers, weights]);
  });

  test('[icgnn] users in another order have their precoders in that order; parameters are the same for any number of users and antennas', () => {
    const model = network();
    const count = [...model.parameters().values()].reduce((sum, { size }) => sum + size, 0);
    tf.tidy(() => on((ctx) => {
      const { real, imaginary } = channelsOf(2, 4, 6, 4);
      const order = tf.tensor1d([2, 0, 3, 1], 'int32');
      const first = model.precoders(real, imaginary, NOISE, ctx);
      const second = model.precoders(tf.gather(real, order, 1), tf.gather(imaginary, order, 1), NOISE, ctx);
      expectClose(second.real, tf.gather(first.real, order, 2), 1e-4);
      expectClose(second.imaginary, tf.gather(first.imaginary, order, 2), 1e-4);
      expectClose(first.real.square().add(first.imaginary.square()).sum([1, 2]), [1, 1], 1e-5);
      const more = channelsOf(1, 7, 9, 5);
      expect(model.precoders(more.real, more.imaginary, NOISE, ctx).real.shape).toEqual([1, 9, 7]);
      expect(model.apply(tf.stack([real, imaginary]), ctx).shape).toEqual([2, 2, 6, 4]);
    })); // prettier-ignore
    expect([...model.parameters().values()].reduce((sum, { size }) => sum + size, 0)).toBe(count);
    // What others are to each other is heard by way of them: users 1 and 2 alike or not, of users 0 and 3, who share nothing with them.
    const shares = (second: number[]): number => tf.tidy(() => on((ctx) => {
      const rows = tf.tensor3d([[[1, 0, 0, 0], [0, 1, 0, 0], second, [0, 0, 0, 2]]]);
      const made = model.precoders(rows, tf.zerosLike(rows), NOISE, ctx);
      const powers = made.real.square().add(made.imaginary.square()).sum(1).dataSync();
      return powers[0] / powers[3];
    })); // prettier-ignore
    expect(Math.abs(shares([0, 0, 1, 0]) / shares([0, 0.8, 0.6, 0]) - 1)).toBeGreaterThan(1e-4);
    const { real, imaginary } = channelsOf(2, 3, 4, 6);
    on((ctx) => expectNoLeak(() => model.loss(real, imaginary, NOISE, ctx).dispose()));
    tf.dispose([real, imaginary]);
    model.dispose();
    expect(() => new graph.PrecodingNetwork({ hidden: 0, random: core.Random.fromSeed(1) })).toThrow('graph.PrecodingNetwork: hidden must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[icgnn] trained on 4 users of 4 antennas without labels, of 8 of 8 it is well above even powers and within a tenth of WMMSE, of 8 of 12 within a twentieth', () => {
    const [full, spare] = cellRates([8, 12], 1);
    expect(full.best).toBeGreaterThan(full.even);
    expect(full.mine).toBeGreaterThan(1.03 * full.even);
    expect(full.mine).toBeGreaterThan(0.9 * full.best);
    expect(spare.mine).toBeGreaterThan(0.95 * spare.best);
  });
});
