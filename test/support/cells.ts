import { core, graph, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

/** Rayleigh channels with gains that differ by up to 10 decibels. */
export function channelsOf(count: number, users: number, antennas: number, seed: number): graph.ComplexMatrices {
  const random = core.Random.fromSeed(seed);
  return tf.tidy(() => {
    const gains = random.child('gains').uniform([count, users, 1], -0.5, 0.5).mul(Math.LN10).exp().sqrt();
    const part = (name: string): tf.Tensor3D => random.child(name).normal([count, users, antennas], 0, Math.SQRT1_2).mul(gains); // prettier-ignore
    return { real: part('real'), imaginary: part('imaginary') };
  });
}

/** Sum rates of 24 cells of eight users and so many antennas each, after training without labels on 64 of four users of four: of the network, of even powers, and of WMMSE. */
export function cellRates(
  antennas: readonly number[],
  seed: number,
  noise = 0.1
): { mine: number; even: number; best: number }[] {
  const model = new graph.PrecodingNetwork({ hidden: 12, layers: 2, random: core.Random.fromSeed(seed) });
  const seen = channelsOf(64, 4, 4, 7 * seed);
  minimise(model, (ctx) => model.loss(seen.real, seen.imaginary, noise, ctx), { steps: 50, learningRate: 0.01 });
  const ctx = core.Context.create();
  const found = antennas.map((count) => tf.tidy(() => {
    const unseen = channelsOf(24, 8, count, 7 * seed + 1);
    const rate = (precoders: graph.ComplexMatrices): number => graph.sumRate(unseen, precoders, noise).mean().dataSync()[0];
    return {
      mine: rate(model.precoders(unseen.real, unseen.imaginary, noise, ctx)),
      even: rate(graph.precode(unseen, { powers: tf.fill([24, 8], 1 / 8), weights: tf.ones([24, 8]), noise })),
      best: rate(graph.wmmse(unseen, { noise, rounds: 40 }))
    };
  })); // prettier-ignore
  ctx.dispose();
  tf.dispose([seen.real, seen.imaginary]);
  model.dispose();
  return found;
}
