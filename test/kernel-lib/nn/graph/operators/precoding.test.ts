import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, expectParameterGradients, spread } from '../../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../../support/numeric';
import { expectSaves } from '../../../../support/saved';

type Complex = [re: number, im: number];
const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
const drawn = (count: number, users: number, antennas: number): graph.ComplexMatrices => ({ real: spread([count, users, antennas]) as tf.Tensor3D, imaginary: spread([count, users, antennas], 7) as tf.Tensor3D }); // prettier-ignore
const even = (count: number, users: number) => ({ powers: tf.fill([count, users], 1 / users), weights: tf.ones<tf.Rank.R2>([count, users]) }); // prettier-ignore
/** h^H v of each pair, [B, users, users]: channels [B, U, A], precoders [B, A, U]. */
function heard({ real: a, imaginary: b }: graph.ComplexMatrices, { real: c, imaginary: d }: graph.ComplexMatrices) {
  return { re: tf.matMul(a, c).add(tf.matMul(b, d)), im: tf.matMul(a, d).sub(tf.matMul(b, c)) };
}

describe('precoding', () => {
  test('of two users with complex channels by hand: the inverse of the weighted sum of their outer products, scaled to powers', () => {
    tf.tidy(() => {
      const h: Complex[][] = [[[1, 0.5], [-0.3, 0.2]], [[0.4, -0.7], [0.9, 0.1]]]; // prettier-ignore
      const [w, noise, powers] = [[2, 0.6], 0.15, [0.3, 0.7]];
      const conj = ([re, im]: Complex): Complex => [re, -im];
      const add = (...all: Complex[]): Complex => [all.reduce((sum, [re]) => sum + re, 0), all.reduce((sum, [, im]) => sum + im, 0)]; // prettier-ignore
      const m = [0, 1].map((i) => [0, 1].map((j) => add(...h.map((user, u) => times(user[i], conj(user[j])).map((part) => w[u] * part) as Complex), [i === j ? 2 * noise : 0, 0]))); // prettier-ignore
      // By Cramer's rule; the determinant of a Hermitian matrix is real.
      const solved = h.map((user) => [add(times(m[1][1], user[0]), times(m[0][1], user[1]).map((part) => -part) as Complex), add(times(m[0][0], user[1]), times(m[1][0], user[0]).map((part) => -part) as Complex)]); // prettier-ignore
      const unit = solved.map((v, u) => v.map(([re, im]) => [re, im].map((part) => (part * Math.sqrt(powers[u])) / Math.hypot(...v.flat())))); // prettier-ignore
      const part = (which: 0 | 1): tf.Tensor3D => tf.tensor3d([h.map((user) => user.map((value) => value[which]))]);
      const made = graph.precode({ real: part(0), imaginary: part(1) }, { powers: tf.tensor2d([powers]), weights: tf.tensor2d([w]), noise }); // prettier-ignore
      [made.real, made.imaginary].forEach((found, which) => expectClose(found, [0, 1].flatMap((antenna) => [0, 1].map((user) => unit[user][antenna][which])), 1e-5)); // prettier-ignore
    });
  });

  test('one user is sent along its channel; little noise, and nobody hears the others; much, and all are sent along their channels', () => {
    tf.tidy(() => {
      const alone = drawn(2, 1, 3);
      const one = graph.precode(alone, { ...even(2, 1), noise: 0.3 });
      const length = alone.real.square().add(alone.imaginary.square()).sum(2, true).sqrt();
      expectClose(one.real, alone.real.div(length).transpose([0, 2, 1]), 1e-5);
      expectClose(one.imaginary, alone.imaginary.div(length).transpose([0, 2, 1]), 1e-5);
      const three = drawn(2, 3, 5);
      const off = (noise: number): number => {
        const { re, im } = heard(three, graph.precode(three, { ...even(2, 3), noise, steps: 40 }));
        const power = re.square().add(im.square());
        return power.mul(tf.sub(1, tf.eye(3))).sum().div(power.sum()).dataSync()[0]; // prettier-ignore
      };
      expect(off(1e-5)).toBeLessThan(1e-6);
      const plain = graph.precode(three, { ...even(2, 3), noise: 1e4 });
      const lengths = three.real.square().add(three.imaginary.square()).sum(2, true).sqrt().mul(Math.sqrt(3));
      expectClose(plain.real, three.real.div(lengths).transpose([0, 2, 1]), 1e-3);
      expect(off(1e-5)).toBeLessThan(off(1));
    });
  });

  test('a channel of another phase has its precoder in that phase and no other changes; rates stay', () => {
    tf.tidy(() => {
      const channels = drawn(1, 3, 4);
      const [c, s] = [Math.cos(1.1), Math.sin(1.1)];
      // Of user 1 alone.
      const at = tf.tensor3d([[[0], [1], [0]]]);
      const turnedReal = channels.real.mul(c).sub(channels.imaginary.mul(s));
      const turnedImaginary = channels.real.mul(s).add(channels.imaginary.mul(c));
      const mix = (turned: tf.Tensor, own: tf.Tensor): tf.Tensor3D => turned.mul(at).add(own.mul(tf.sub(1, at)));
      const turned = { real: mix(turnedReal, channels.real), imaginary: mix(turnedImaginary, channels.imaginary) };
      const options = { ...even(1, 3), noise: 0.2 };
      const [before, after] = [channels, turned].map((of) => graph.precode(of, options));
      const across = at.transpose([0, 2, 1]);
      expectClose(after.real, before.real.mul(c).sub(before.imaginary.mul(s)).mul(across).add(before.real.mul(tf.sub(1, across))), 1e-4); // prettier-ignore
      expectClose(graph.sumRate(turned, after, 0.2), graph.sumRate(channels, before, 0.2), 1e-4);
    });
  });

  test('who weighs much is not disturbed; powers are those that were asked for; gradients reach everything', () => {
    tf.tidy(() => {
      const channels = drawn(1, 2, 3);
      const options = { powers: tf.tensor2d([[0.2, 0.8]]), noise: 0.1, steps: 20 };
      const disturbed = (weight: number): number => {
        const { re, im } = heard(
          channels,
          graph.precode(channels, { ...options, weights: tf.tensor2d([[weight, 1]]) })
        );
        return re.square().add(im.square()).slice([0, 0, 1], [1, 1, 1]).dataSync()[0];
      };
      expect(disturbed(100)).toBeLessThan(disturbed(1) / 50);
      const made = graph.precode(channels, { ...options, weights: tf.tensor2d([[3, 1]]) });
      expectClose(made.real.square().add(made.imaginary.square()).sum(1), [0.2, 0.8], 1e-5);
    });
    const { real, imaginary } = drawn(1, 2, 3);
    const [powers, weights] = [tf.tensor2d([[0.4, 0.6]]), tf.tensor2d([[1.5, 0.7]])];
    const inputs = [real, imaginary, powers, weights];
    expectGradients((a, b, p, w) => {
      const made = graph.precode({ real: a as tf.Tensor3D, imaginary: b as tf.Tensor3D }, { powers: p, weights: w as tf.Tensor2D, noise: 0.4 });
      return tf.stack([made.real, made.imaginary]);
    }, inputs, 1e-2); // prettier-ignore
    expectNoLeak(() => Object.values(graph.precode({ real, imaginary }, { powers, weights, noise: 0.4 })).forEach((each: tf.Tensor) => each.dispose())); // prettier-ignore
    expectGradients((a, b) => graph.sumRate({ real: a as tf.Tensor3D, imaginary: b as tf.Tensor3D }, { real: spread([1, 3, 2], 3) as tf.Tensor3D, imaginary: spread([1, 3, 2], 5) as tf.Tensor3D }, 0.3), [real, imaginary], 1e-2); // prettier-ignore
    tf.dispose(inputs);
  });

  test('every parameter of the network has the gradient of finite differences; what is saved computes the same', () => {
    const make = (random: core.Random): graph.PrecodingNetwork => new graph.PrecodingNetwork({ hidden: 5, layers: 2, random }); // prettier-ignore
    const { real, imaginary } = drawn(2, 3, 3);
    const on = <T>(f: (ctx: core.Context) => T): T => {
      const ctx = core.Context.create();
      const found = f(ctx);
      ctx.dispose();
      return found;
    };
    const model = make(core.Random.fromSeed(3));
    expectParameterGradients(model, () => on((ctx) => model.loss(real, imaginary, 0.05, ctx)));
    expectSaves(make, (each) => tf.tidy(() => on((ctx) => each.apply(tf.stack([real, imaginary]), ctx).dataSync().slice()))); // prettier-ignore
    expectNoLeak(() => on((ctx) => tf.tidy(() => void model.precoders(real, imaginary, 0.1, ctx))));
    tf.dispose([real, imaginary]);
    model.dispose();
  });

  test('the network is what its powers and weights say: with both shut it is regularised zero forcing of even powers; users of a cell alone have all power', () => {
    const model = new graph.PrecodingNetwork({ hidden: 4, layers: 1, random: core.Random.fromSeed(1) });
    const ctx = core.Context.create();
    tf.tidy(() => {
      const { real, imaginary } = drawn(2, 3, 4);
      const out = model.parameters().get('out.weight')!;
      const kept = out.variable.clone();
      out.assign(tf.zerosLike(kept));
      const made = model.precoders(real, imaginary, 0.1, ctx);
      // The bias is 0: even powers, and weights of softplus(0.5) for all.
      const weight = Math.log(1 + Math.exp(0.5));
      const wanted = graph.precode(
        { real, imaginary },
        { ...even(2, 3), weights: tf.fill([2, 3], weight), noise: 0.1 }
      );
      expectClose(made.real, wanted.real, 1e-5);
      expectClose(made.imaginary, wanted.imaginary, 1e-5);
      expectClose(model.loss(real, imaginary, 0.1, ctx).reshape([1]), graph.sumRate({ real, imaginary }, wanted, 0.1).mean().neg().reshape([1]), 1e-5); // prettier-ignore
      out.assign(kept);
      // Antennas in another order have their rows in that order.
      const order = tf.tensor1d([2, 0, 3, 1], 'int32');
      const first = model.precoders(real, imaginary, 0.1, ctx);
      expectClose(model.precoders(tf.gather(real, order, 2), tf.gather(imaginary, order, 2), 0.1, ctx).real, tf.gather(first.real, order, 1), 1e-4); // prettier-ignore
      const one = drawn(1, 1, 2);
      expectClose(model.precoders(one.real, one.imaginary, 0.1, ctx).real.square().add(model.precoders(one.real, one.imaginary, 0.1, ctx).imaginary.square()).sum().reshape([1]), [1], 1e-5); // prettier-ignore
    });
    ctx.dispose();
    model.dispose();
  });

  test('the rate by hand; a user hears the others and not itself, by hand of messages that are alike', () => {
    const model = new graph.PrecodingNetwork({ hidden: 3, layers: 1, random: core.Random.fromSeed(1) });
    const ctx = core.Context.create();
    tf.tidy(() => {
      // One antenna each, channels 1 and i; precoders 0.6 and 0.8 i, which each other hears as well.
      const channels = { real: tf.tensor3d([[[1], [0]]]), imaginary: tf.tensor3d([[[0], [1]]]) }; // prettier-ignore
      const sent = { real: tf.tensor3d([[[0.6, 0]]]), imaginary: tf.tensor3d([[[0, 0.8]]]) }; // prettier-ignore
      expectClose(graph.sumRate(channels, sent, 0.5), [Math.log2(1 + 0.36 / (0.64 + 0.5)) + Math.log2(1 + 0.64 / (0.36 + 0.5))], 1e-5); // prettier-ignore
      const read = (path: string): tf.Tensor2D => model.parameters().get(path)!.read() as tf.Tensor2D;
      const set = (path: string, value: tf.Tensor): void => model.parameters().get(path)!.assign(value);
      set('0.pair.weight', tf.zerosLike(read('0.pair.weight')));
      set('0.pair.bias', tf.tensor1d([0.3, -1, 0.9]));
      const { real, imaginary } = drawn(1, 4, 5);
      const gains = real.square().add(imaginary.square()).sum(2);
      const map = (path: string, x: tf.Tensor): tf.Tensor2D => tf.matMul(x as tf.Tensor2D, read(`${path}.weight`)).add(read(`${path}.bias`)); // prettier-ignore
      const first = map('first', tf.stack([gains.log(), gains.div(0.1).log()], 2).reshape([4, 2])).tanh();
      const heardOf = tf.tensor2d([[0.9, 0, 2.7]]);
      const out = map('out', first.add(map('0.heard', heardOf).add(map('0.own', first)).tanh()));
      const [power, weight] = tf.split(out, 2, 1).map((each) => each.reshape([1, 4]));
      const wanted = graph.precode({ real, imaginary }, { powers: tf.softmax(power), weights: tf.softplus(weight.add(0.5)) as tf.Tensor2D, noise: 0.1 }); // prettier-ignore
      expectClose(model.precoders(real, imaginary, 0.1, ctx).real, wanted.real, 1e-4);
    });
    ctx.dispose();
    model.dispose();
  });

  test('what is refused', () => {
    tf.tidy(() => {
      const channels = drawn(1, 2, 3);
      const options = { ...even(1, 2), noise: 0.1 };
      const where = 'graph.precode: ';
      expect(() => graph.precode(channels, { ...options, steps: 0 })).toThrow(`${where}steps must be an integer of at least 1, got 0`); // prettier-ignore
      expect(() => graph.precode(channels, { ...options, noise: -1 })).toThrow(`${where}noise must be a number of at least`); // prettier-ignore
      expect(() => graph.precode(channels, { ...options, weights: tf.ones([2, 2]) })).toThrow(`${where}expects shape [1, 2], got [2, 2]`); // prettier-ignore
      expect(() => graph.precode({ ...channels, imaginary: tf.ones([1, 2, 2]) }, options)).toThrow(`${where}expects shape [1, 2, 3], got [1, 2, 2]`); // prettier-ignore
      expect(() => graph.sumRate(channels, channels, 0.1)).toThrow('graph.sumRate: expects shape [1, 3, 2], got [1, 2, 3]'); // prettier-ignore
      expect(() => graph.wmmse(channels, undefined as never)).toThrow('graph.wmmse: options must be given, got undefined'); // prettier-ignore
      expect(() => new graph.PrecodingNetwork({ hidden: 2, layers: 0, random: core.Random.fromSeed(1) })).toThrow('graph.PrecodingNetwork: layers must be an integer of at least 1, got 0'); // prettier-ignore
    });
  });
});
