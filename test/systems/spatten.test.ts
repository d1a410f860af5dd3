import { core, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const { Random } = core;
const SIDE = 4;
const TOKENS = SIDE ** 2 + 1;
const SHAPE = { imageSize: SIDE, patchSize: 1, channels: 4, classes: 2, layers: 4, width: 8, heads: 2, hidden: 8 };

/** Planted: every query looks for feature 0, the mark of a keyword, and takes feature 1, its class, along. */
function reader(): models.VisionTransformer {
  const model = models.vit({ ...SHAPE, seed: 1 });
  const put = (path: string, entries: [number, number, number][]) =>
    setValue(model, path, ({ shape }) => {
      const values = tf.buffer([...shape] as [number, number]);
      entries.forEach(([row, column, value]) => values.set(value, row, column));
      return values.toTensor();
    });
  // Features 0..3 are the pixel's, 4..7 are less them, so that the norm before a layer takes the mean of nothing.
  put('input.weight', [0, 1, 2, 3].flatMap((i): [number, number, number][] => [[i, i, 1], [i, i + 4, -1]])); // prettier-ignore
  ['classToken.weight', 'positions.weight'].forEach((path) => setValue(model, path, (value) => value.zerosLike()));
  for (let i = 0; i < SHAPE.layers; i++) {
    // Both heads: queries are (3, 0, 0, 0) by their bias, keys have feature 0 first, values features 1 and 5.
    put(`layers.${i}.attention.qkv.weight`, [0, 4].flatMap((head): [number, number, number][] => [[0, 8 + head, 4], [1, 16 + head, 1], [5, 17 + head, 1]])); // prettier-ignore
    setValue(model, `layers.${i}.attention.qkv.bias`, () => tf.tensor1d(Array.from({ length: 24 }, (_, at) => (at === 0 || at === 4 ? 3 : 0)))); // prettier-ignore
    put(`layers.${i}.attention.output.weight`, [[0, 1, 1], [1, 5, 1], [4, 1, 1], [5, 5, 1]]); // prettier-ignore
  }
  put('head.weight', [[1, 0, 1], [1, 1, -1]]); // prettier-ignore
  return model;
}

/** Images of noise with a keyword at a place of its own, whose class is the sign of its second value. */
function images(count: number, seed: number): { x: tf.Tensor4D; classes: number[] } {
  const random = Random.fromSeed(seed);
  const next = random.child('places').generator();
  const values = random.normal([count, TOKENS - 1, 4], 0, 0.5).arraySync() as number[][][];
  const classes = values.map((own) => {
    const sign = next() < 0.5 ? 0 : 1;
    own.forEach((token) => (token[0] = -Math.abs(token[0])));
    own[Math.floor(next() * own.length)] = [3, sign === 0 ? 2 : -2, 0, 0];
    return sign;
  });
  return { x: tf.tensor3d(values).reshape([count, SIDE, SIDE, 4]), classes };
}

function accuracy(model: core.Module, { x, classes }: ReturnType<typeof images>): number {
  const logits = outputOf(model, x);
  return classes.filter((label, i) => (logits[2 * i] > logits[2 * i + 1] ? 0 : 1) === label).length / classes.length;
}

describe('[spatten]', () => {
  test('what is left is nested over depth and as much as asked, the class token always; the same goes from a causal model', () => {
    const model = models.vit({ ...SHAPE, seed: 2 });
    const { x } = images(3, 1);
    const kept: core.TokensRecord[] = [];
    const worked: number[] = [];
    [0, 1, 2, 3].forEach((i) => model.modules().get(`layers.${i}.feedForward`)!.intercept((inner, y) => (worked.push(y.shape[1]!), inner(y)))); // prettier-ignore
    const cascade = prune.cascade(model, { keepTokens: 0.25, keepHeads: [1, 0.5, 0.5, 0.5] });
    const ctx = core.Context.create({ observers: [core.observer('tokens', (record) => kept.push(record))] });
    tf.tidy(() => void model.apply(x, ctx));
    ctx.dispose();
    const records = cascade.last();
    expect(records.map(({ path }) => path)).toEqual([0, 1, 2, 3].map((i) => `layers.${i}.attention`));
    expect(records.map(({ tokens }) => tokens[0].length)).toEqual([14, 11, 8, 5]);
    expect(worked).toEqual([14, 11, 8, 5]);
    expect(records.map(({ heads }) => heads[0].length)).toEqual([2, 1, 1, 1]);
    records.forEach(({ tokens, heads }, i) =>
      tokens.forEach((own, b) => {
        expect(own).toContain(0);
        expect(own).toEqual([...own].sort((p, q) => p - q));
        (i > 0 ? [own, heads[b]] : []).forEach((live, kind) => live.forEach((each) => expect(records[i - 1][kind === 0 ? 'tokens' : 'heads'][b]).toContain(each))); // prettier-ignore
        own.forEach((place) => expect(kept[i].kept[b * TOKENS + place]).toBe(1));
      })
    );
    expect(kept.map((each) => each.kept.reduce((a, b) => a + b, 0))).toEqual([14, 11, 8, 5].map((each) => 3 * each));
    cascade.stop();
    const gpt = models.denseTransformer({ layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 9, seed: 1 });
    const causal = prune.cascade(gpt, { keepTokens: 0.5 });
    outputOf(gpt, tf.tensor2d([[1, 2, 3, 4, 5, 6]], [1, 6], 'int32'));
    causal.last().forEach(({ tokens: [own] }) => expect(own).toContain(5));
    [model, gpt].forEach((each) => each.dispose());
  });

  test('all that is kept is the dense network; taken off, and in training, it does nothing', () => {
    const model = models.vit({ ...SHAPE, seed: 3 });
    const { x } = images(4, 2);
    const dense = outputOf(model, x);
    const cascade = prune.cascade(model);
    expect(outputOf(model, x)).toEqual(dense);
    cascade.stop();
    const half = prune.cascade(model, { keepTokens: 0.5, keepHeads: 0.5, keepValues: 0.5 });
    expect(outputOf(model, x)).not.toEqual(dense);
    expect(outputOf(model, x, true)).toEqual(dense);
    expectNoLeak(() => outputOf(model, x));
    half.stop();
    half.stop();
    expect(outputOf(model, x)).toEqual(dense);
    model.dispose();
  });

  test('tokens and heads that are gone are absent: what they hold changes nothing that follows', () => {
    const model = models.vit({ ...SHAPE, seed: 4 });
    const { x } = images(1, 3);
    const cascade = prune.cascade(model, { keepTokens: [0.5, 0.5, 0.5, 0.5], keepHeads: [0.5, 0.5, 0.5, 0.5] });
    const before = outputOf(model, x);
    const [{ tokens, heads }] = cascade.last();
    const [gone] = [0, 1].filter((head) => !heads[0].includes(head));
    // The values of the head that went, of every later block, and the rows of the tokens that went, before its attention.
    for (let i = 1; i < SHAPE.layers; i++) {
      setValue(model, `layers.${i}.attention.output.weight`, (value) => value.add(tf.tensor1d(Array.from({ length: 8 }, (_, row) => (Math.floor(row / 4) === gone ? 9 : 0))).expandDims(1))); // prettier-ignore
    }
    const away = tf.tensor1d(Array.from({ length: TOKENS }, (_, at) => (tokens[0].includes(at) ? 0 : 5)));
    const undo = model.modules().get('layers.1')!.intercept((inner, tokensIn) => inner(tokensIn.add(away.reshape([1, TOKENS, 1]).mul(tf.range(0, 8))))); // prettier-ignore
    expectClose(outputOf(model, x), before, 1e-6);
    cascade.stop();
    const changed = outputOf(model, x);
    undo();
    expect(Math.abs(changed[0] - outputOf(model, x)[0])).toBeGreaterThan(1e-3);
    model.dispose();
  });

  test('a keyword decides: half the tokens by attention lose no accuracy, half of them at random do', () => {
    const model = reader();
    const set = images(64, 5);
    expect(accuracy(model, set)).toBe(1);
    const by = (score: 'cumulative' | 'random'): number => {
      const cascade = prune.cascade(model, { keepTokens: [0.5, 0.5, 0.5, 0.5], score });
      // The first attention still sees all; what it took along is undone, so that those that follow decide.
      const undo = model
        .modules()
        .get('layers.0.attention.output')!
        .intercept((inner, y) => inner(y).mul(0));
      const right = accuracy(model, set);
      undo();
      cascade.stop();
      return right;
    };
    expect(by('cumulative')).toBe(1);
    expect(by('random')).toBeLessThan(0.9);
    model.dispose();
  });

  test('the share of queries that read all bits falls as attention peaks, to none; sure ones read leading bits alone', () => {
    const model = reader();
    const { x } = images(8, 6);
    const shares = [0, 0.1, 0.2, 0.4, 1].map((factor) => {
      setValue(model, 'layers.0.attention.qkv.bias', (bias) => bias.zerosLike().add(tf.oneHot(tf.tensor1d([0], 'int32'), 24).add(tf.oneHot(tf.tensor1d([4], 'int32'), 24)).reshape([24]).mul(3 * factor))); // prettier-ignore
      const cascade = prune.cascade(model, { progressive: { msbBits: 6, lsbBits: 4, confidence: 0.3 } });
      outputOf(model, x);
      cascade.stop();
      return cascade.last()[0].refetched;
    });
    expect(shares[0]).toBe(1);
    shares.forEach((share, i) => i > 0 && expect(share).toBeLessThanOrEqual(shares[i - 1]));
    expect(shares.at(-1)).toBe(0);
    const exact = outputOf(model, x);
    const error = (progressive: prune.ProgressiveOptions): number => {
      const cascade = prune.cascade(model, { progressive });
      const all = outputOf(model, x).reduce((sum, value, i) => sum + Math.abs(value - exact[i]), 0);
      cascade.stop();
      return all;
    };
    const [coarse, fine] = [0, 1].map((confidence) => error({ msbBits: 3, lsbBits: 9, confidence }));
    expect(fine).toBeLessThan(0.1 * coarse);
    model.dispose();
  });

  test('of the values of a query the largest alone are read: by hand', () => {
    const model = models.vit({ ...SHAPE, layers: 1, heads: 1, seed: 7 });
    const { x } = images(1, 7);
    const attention = model.modules().get('layers.0.attention')!;
    let probs: number[] = [];
    let values: number[][] = [];
    let mixed: number[] = [];
    const undo = [
      model
        .modules()
        .get('layers.0.attention.qkv')!
        .intercept((inner, y) => {
          const out = inner(y);
          const [q, k, v] = tf.split(out.reshape([TOKENS, 24]), 3, 1) as tf.Tensor2D[];
          probs = Array.from(tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(8))).slice([0, 0], [1, -1]).dataSync()); // prettier-ignore
          values = v.arraySync();
          return out;
        }),
      model
        .modules()
        .get('layers.0.attention.output')!
        .intercept((inner, y) => {
          mixed = y.reshape([TOKENS, 8]).slice([0, 0], [1, -1]).reshape([8]).arraySync() as number[];
          return inner(y);
        })
    ];
    const cascade = prune.cascade(model, { keepValues: 3 / TOKENS });
    outputOf(model, x);
    const top = [...probs.keys()].sort((a, b) => probs[b] - probs[a]).slice(0, 3);
    expectClose(mixed, Array.from({ length: 8 }, (_, i) => top.reduce((sum, at) => sum + probs[at] * values[at][i], 0)), 1e-5); // prettier-ignore
    undo.forEach((each) => each());
    cascade.stop();
    expect(attention.kind).toBe('class-attention');
    model.dispose();
  });

  test('what it cannot do is said', () => {
    const model = models.vit({ ...SHAPE, seed: 1 });
    const refuse = (options: prune.CascadeOptions, message: string) => expect(() => prune.cascade(model, options)).toThrow(`prune.cascade: ${message}`); // prettier-ignore
    refuse({ keepTokens: 0 }, 'keepTokens must be a number');
    refuse({ keepTokens: [0.5, 0.5] }, 'keepTokens must be one for each block (4), got 2');
    refuse({ keepTokens: [0.5, 0.6, 0.5, 0.5] }, 'keepTokens[1] must be a number');
    refuse({ keepHeads: NaN }, 'keepHeads must be');
    refuse({ keepValues: 2 }, 'keepValues must be');
    refuse({ progressive: { msbBits: 1, lsbBits: 4, confidence: 0.5 } }, 'msbBits must be an integer 2..12');
    refuse({ progressive: { msbBits: 4, lsbBits: 4, confidence: 2 } }, 'progressive.confidence must be');
    refuse({ score: 'other' as never }, 'score must be one of');
    const mlp = models.mlp({ inputWidth: 2, hidden: [2], outputWidth: 2 });
    expect(() => prune.cascade(mlp)).toThrow('prune.cascade: the model must have transformer blocks, got mlp');
    [model, mlp].forEach((each) => each.dispose());
  });
});
