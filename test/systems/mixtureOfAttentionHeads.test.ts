import { core, layers, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { coefficientOfVariation } from '../support/pieces';
import type { Batches } from '../support/regression';
import { errorOf, mean, regress } from '../support/regression';

const { Context, Random } = core;

const WIDTH = 16;
const LENGTH = 12;

function makeHeads(heads: number, k: number, headWidth = 4, seed = 1): moe.AttentionHeads {
  return moe.attentionHeads({
    router: routers.topK({ k }),
    heads,
    width: WIDTH,
    headWidth,
    random: Random.fromSeed(seed)
  });
}

describe('[mixture-of-attention-heads]', () => {
  test('all heads with equal weights are multi-head attention, divided by their number', () => {
    const heads = 4;
    const module = makeHeads(heads, heads);
    setValue(module, 'router.weight', (w) => tf.zerosLike(w));
    const value = (path: string) => module.parameters().get(path)!.variable;
    const attention = new layers.CausalSelfAttention({ width: WIDTH, heads, bias: false, random: Random.fromSeed(2) });
    tf.tidy(() => {
      // [E, D, d] to [D, E d]; keys and values alike for all heads.
      const query = value('query').transpose([1, 0, 2]).reshape([WIDTH, WIDTH]);
      const [key, ofValue] = tf.split(value('keyValue.weight'), 2, 1).map((w) => tf.tile(w, [1, heads]));
      setValue(attention, 'qkv.weight', () => tf.concat([query, key, ofValue], 1));
      setValue(attention, 'output.weight', () => value('output').reshape([WIDTH, WIDTH]));
      const x = Random.fromSeed(3).normal([2, LENGTH, WIDTH]);
      const expected = tf.tensor(outputOf(attention, x), x.shape).div(heads);
      expectClose(outputOf(module, x), expected, 1e-6);
    });
    module.dispose();
    attention.dispose();
  });

  test('parameters grow with the heads, work on a token does not', () => {
    const [few, many] = [makeHeads(4, 2), makeHeads(8, 2)];
    const head = 2 * WIDTH * 4 + WIDTH;
    // The router's work does grow with them.
    const onToken = (each: moe.AttentionHeads) => each.cost({ length: LENGTH }).flops! - each.router.cost({ length: LENGTH }).flops!; // prettier-ignore
    expect(many.countParameters() - few.countParameters()).toBe(4 * head);
    expect(onToken(many)).toBe(onToken(few));
    const more = makeHeads(8, 4);
    expect(onToken(more)).toBeGreaterThan(onToken(many));
    more.dispose();
    few.dispose();
    many.dispose();
  });

  test('copying from places that depend on the token: heads chosen by it learn it better, and all are used', () => {
    // The first 4 features say how far back to copy from, the next 12 hold place or content.
    const offsets = [1, 2, 3, 5];
    const batches =
      (seed: number): Batches =>
      (step) =>
        tf.tidy(() => {
          const next = Random.fromSeed(seed).child(step).generator();
          const [x, y] = [tf.buffer([16, LENGTH, WIDTH]), tf.buffer([16, LENGTH, WIDTH])];
          for (let b = 0; b < 16; b++) {
            const content = Array.from({ length: LENGTH }, () => (next() < 0.5 ? -1 : 1));
            for (let n = 0; n < LENGTH; n++) {
              const kind = Math.floor(next() * 4);
              x.set(2, b, n, kind);
              x.set(content[n], b, n, 4);
              [1, 2, 3, 4, 5].forEach((f, i) => {
                x.set(Math.sin((2 * Math.PI * f * n) / LENGTH), b, n, 5 + 2 * i);
                x.set(Math.cos((2 * Math.PI * f * n) / LENGTH), b, n, 6 + 2 * i);
              });
              y.set(4 * (content[n - offsets[kind]] ?? 0), b, n, 0);
            }
          }
          return { x: x.toTensor(), y: y.toTensor() };
        });
    const runs = [1, 2, 3].map((seed) => {
      const random = Random.fromSeed(seed);
      const chosen = makeHeads(4, 1, 8, seed);
      // One head of twice the width, so that it spends more on a token.
      const all = new layers.CausalSelfAttention({ width: WIDTH, heads: 1, bias: false, random });
      expect(8 * WIDTH ** 2 + 4 * LENGTH * WIDTH).toBeGreaterThan(chosen.cost({ length: LENGTH }).flops!);
      const errors = [chosen, all].map((module) => {
        regress(module, batches(seed), { steps: 200, seed, learningRate: 0.02 });
        return errorOf(module, batches(seed));
      });
      const records: core.RoutingRecord[] = [];
      const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
      const { x, y } = batches(seed)(7_000_000);
      tf.tidy(() => chosen.apply(x, ctx).dispose());
      ctx.dispose();
      tf.dispose([x, y]);
      const load = [0, 1, 2, 3].map((head) => records[0].indices.filter((each) => each === head).length);
      [chosen, all].forEach((module) => module.dispose());
      return { errors, load };
    });
    expect(mean(runs.map(({ errors: [chosen, all] }) => all - chosen))).toBeGreaterThan(0);
    runs.forEach(({ load }) => {
      expect(Math.min(...load)).toBeGreaterThan(0);
      expect(coefficientOfVariation(load)).toBeLessThan(1);
    });
  });
});
