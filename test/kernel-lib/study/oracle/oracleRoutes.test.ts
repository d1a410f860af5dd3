import { adaptive, core, layers, models, ops, tf, type data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';
import { smallText } from '../../../support/runs';

const { Context, Random } = core;

const SIZE = { layers: 3, width: 16, heads: 2, contextLength: 8, smallDim: 8, bigDim: 64 };
const L = SIZE.layers;
const LENGTH = 6;

/** A model whose feed-forward networks matter as much as they do after training. */
function duo(options: Partial<models.DuoLLMOptions> = {}): models.Transformer {
  const model = models.duoLLM({ ...SIZE, ...options });
  for (const path of model.parameters().keys()) {
    if (path.includes('experts') || path.endsWith('router.weight') || path === 'head.weight') {
      setValue(model, path, (w) => w.mul(path.endsWith('router.weight') ? 8 : 3));
    }
  }
  return model;
}

/** The same with attention as opened models have it. */
function grouped(): models.Transformer {
  const attention = layers.groupedAttention({
    keyValueHeads: 2,
    headWidth: 6,
    rotary: { theta: 50 },
    norm: 'head',
    scale: 0.7
  });
  const { options } = duo({ heads: 4 });
  const model = new models.Transformer({ ...options, positions: 'none', parts: { ...options.parts, attention } });
  for (const path of model.parameters().keys()) {
    if (/experts|attention.*weight|^head/.test(path)) {
      setValue(model, path, (w) => w.mul(3));
    }
  }
  return model;
}

function batchOf(count = 2): data.Batch {
  return smallText().validationBatches({ batchSize: count, length: LENGTH, count: 1 })[0];
}

/** Cross entropy of each token in an ordinary pass with these paths. */
function passLosses(model: models.Transformer, { tokens, batchSize }: data.Batch, paths: Int32Array): Float32Array {
  const ctx = Context.create();
  const losses = tf.tidy(() => {
    ctx.setState(adaptive.PATHS, tf.tensor2d(paths, [paths.length / L, L], 'int32'));
    const all = tf.tensor2d(tokens, [batchSize, LENGTH + 1], 'int32');
    const logits = model.apply(all.slice([0, 0], [-1, LENGTH]), ctx);
    const labels = all.slice([0, 1], [-1, LENGTH]).flatten() as tf.Tensor1D;
    return ops.crossEntropy(logits.reshape([labels.size, -1]), labels).dataSync<'float32'>();
  });
  ctx.dispose();
  return losses;
}

function randomPaths(count: number, choices: number, seed: number): Int32Array {
  const next = Random.fromSeed(seed).generator();
  return Int32Array.from({ length: count }, () => Math.floor(next() * choices));
}

describe('adaptive.pathLosses', () => {
  test('a pass that fails leaves nothing behind, on the model or on the device', async () => {
    const model = duo();
    const batch = batchOf();
    const reference = randomPaths(2 * LENGTH * L, 3, 1);
    const inputs = tf.tensor2d(batch.tokens, [2, LENGTH + 1], 'int32').slice<tf.Tensor2D>([0, 0], [-1, LENGTH]);
    const targets = tf.tensor1d(new Int32Array(2 * LENGTH), 'int32');
    const before = passLosses(model, batch, reference);
    const release = model
      .modules()
      .get('head')!
      .intercept(() => {
        throw new Error('the head fails');
      });
    const tensors = tf.memory().numTensors;
    await expect(adaptive.pathLosses(model, { inputs, targets, reference }, reference)).rejects.toThrow(
      'the head fails'
    );
    expect(tf.memory().numTensors).toBe(tensors);
    release();
    expect(passLosses(model, batch, reference)).toEqual(before);
    tf.dispose([inputs, targets]);
    model.dispose();
  });

  test.each([
    ['the usual attention', () => duo()],
    ['heads in groups, turned by their positions', grouped]
  ])('is what an ordinary pass loses in which that token alone takes another path: %s', async (_name, make) => {
    const model = make();
    const batch = batchOf();
    const numTokens = 2 * LENGTH;
    const reference = randomPaths(numTokens * L, 3, 1);
    const other = randomPaths(numTokens * L, 3, 2);
    const both = new Int32Array(2 * other.length);
    const expected: number[] = [];
    const before = passLosses(model, batch, reference);
    for (let t = 0; t < numTokens; t++) {
      both.set(other.subarray(t * L, (t + 1) * L), 2 * t * L);
      both.set(reference.subarray(t * L, (t + 1) * L), (2 * t + 1) * L);
      const changed = reference.slice();
      changed.set(other.subarray(t * L, (t + 1) * L), t * L);
      expected.push(passLosses(model, batch, changed)[t], before[t]);
    }
    const [inputs, targets] = tf.tidy(() => {
      const all = tf.tensor2d(batch.tokens, [2, LENGTH + 1], 'int32');
      return [all.slice([0, 0], [-1, LENGTH]), all.slice([0, 1], [-1, LENGTH]).flatten()];
    });
    const question = { inputs: inputs as tf.Tensor2D, targets: targets as tf.Tensor1D, reference };
    const tensors = tf.memory().numTensors;
    const losses = await adaptive.pathLosses(model, question, both);
    expect(tf.memory().numTensors).toBe(tensors);
    expectClose(losses, expected, 1e-5);
    expect(Math.max(...losses.map((loss, i) => (i % 2 === 0 ? Math.abs(loss - losses[i + 1]) : 0)))).toBeGreaterThan(
      1e-2
    );
    // Off again: the model computes as before.
    expectClose(passLosses(model, batch, reference), before, 0);
    tf.dispose([inputs, targets]);
    model.dispose();
  });
});

test('a question of many paths is asked in parts, and each path loses what it loses alone', async () => {
  const model = duo({ layers: 1, width: 8, smallDim: 4, bigDim: 8 });
  const [inputs, targets] = [tf.tensor2d([[5, 6, 7]], [1, 3], 'int32'), tf.tensor1d([6, 7, 8], 'int32')];
  const question = { inputs, targets, reference: Int32Array.from([0, 1, 2]) };
  // Three tokens over 256 ids: 7,812 paths are 6e6 logits.
  const count = 8000;
  const paths = randomPaths(3 * count, 3, 5);
  const three = await adaptive.pathLosses(model, question, Int32Array.from([0, 1, 2, 0, 1, 2, 0, 1, 2]));
  const losses = await adaptive.pathLosses(model, question, paths);
  expect(losses).toHaveLength(3 * count);
  expectClose(
    losses,
    Array.from(paths, (choice, i) => three[3 * Math.floor(i / count) + choice]),
    1e-5
  );
  tf.dispose([inputs, targets]);
  model.dispose();
});

describe('adaptive.oracleRoutes', () => {
  test('all paths are tried where they are at most 81, else those of two sweeps; no tensor is left', async () => {
    const batch = batchOf(1);
    for (const [layers, tried] of [
      [4, 1 + 81],
      [5, 1 + 3 + 2 * 5 * 6 * 3]
    ]) {
      const model = duo({ layers });
      const tensors = tf.memory().numTensors;
      const routes = await adaptive.oracleRoutes(model, batch);
      expect(routes.tried).toBe(tried);
      // The gain by costly calls: the least loss without any, less that with as many as there are blocks.
      const at = (t: number, calls: number) => routes.byBudget[t * (layers + 1) + calls];
      expect([...routes.difficulty]).toEqual(
        [...routes.difficulty].map((_, t) => Math.fround(at(t, 0) - at(t, layers)))
      );
      expect(Math.max(...routes.difficulty)).toBeGreaterThan(0);
      await adaptive.costlyGains(model, batch);
      expect(tf.memory().numTensors).toBe(tensors);
      model.dispose();
    }
  });

  test('exhaustive: the least of all paths for every budget, found again one by one', async () => {
    const model = duo();
    const batch = batchOf(1);
    const routes = await adaptive.oracleRoutes(model, batch, { budget: 1 });
    expect(routes.tried).toBe(1 + 27);
    const t = 3;
    const losses = Array.from({ length: 27 }, (_, code) => {
      const path = [Math.floor(code / 9), Math.floor(code / 3) % 3, code % 3];
      const changed = routes.reference.slice();
      changed.set(path, t * L);
      return { loss: passLosses(model, batch, changed)[t], big: path.filter((choice) => choice === 2).length, path };
    });
    for (let budget = 0; budget <= L; budget++) {
      const least = Math.min(...losses.filter(({ big }) => big <= budget).map(({ loss }) => loss));
      expect(routes.byBudget[t * (L + 1) + budget]).toBeCloseTo(least, 4);
    }
    expect(routes.losses[t]).toBe(routes.byBudget[t * (L + 1) + 1]);
    const chosen = losses.find(({ path }) => path.every((choice, l) => choice === routes.paths[t * L + l]))!;
    expect(chosen.loss).toBeCloseTo(routes.losses[t], 4);
    expect(chosen.big).toBeLessThanOrEqual(1);
    model.dispose();
  });

  test('a larger budget never loses more, and the reference never less than the oracle at its own number of calls', async () => {
    const model = duo();
    const batch = batchOf();
    const all = await adaptive.oracleRoutes(model, batch);
    const own = Array.from({ length: all.numTokens }, (_, t) =>
      all.reference.subarray(t * L, (t + 1) * L).reduce((sum, choice) => sum + (choice === 2 ? 1 : 0), 0)
    );
    for (const search of ['exhaustive', 'coordinate'] as const) {
      const routes = await adaptive.oracleRoutes(model, batch, { search, budget: own });
      routes.losses.forEach((loss, t) => expect(loss).toBeLessThanOrEqual(routes.referenceLosses[t]));
      for (let row = 0; row < routes.byBudget.length; row++) {
        if (row % (L + 1) > 0) {
          expect(routes.byBudget[row]).toBeLessThanOrEqual(routes.byBudget[row - 1]);
        }
      }
    }
    model.dispose();
  });

  test('a coordinate search tries far fewer paths and comes close to the best', async () => {
    const model = duo({ layers: 5 });
    const batch = batchOf();
    const best = await adaptive.oracleRoutes(model, batch, { search: 'exhaustive' });
    const found = await adaptive.oracleRoutes(model, batch, { search: 'coordinate', sweeps: 1 });
    expect([best.tried, found.tried]).toEqual([1 + 3 ** 5, 1 + 3 + 5 * 6 * 3]);
    const total = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0);
    expect(total(found.losses)).toBeGreaterThanOrEqual(total(best.losses) - 1e-4);
    const gap = (total(found.losses) - total(best.losses)) / (total(best.referenceLosses) - total(best.losses));
    expect(gap).toBeLessThan(0.2);
    model.dispose();
  });

  test('agreement is by block and by group, and counts what the reference loses', async () => {
    const model = duo();
    const routes = await adaptive.oracleRoutes(model, batchOf());
    const same = adaptive.agreement({ ...routes, paths: routes.reference, losses: routes.referenceLosses });
    expect(same.all).toMatchObject({ tokens: 12, same: 1, byBlock: [1, 1, 1], regret: 0 });
    const groups = Array.from({ length: 12 }, (_, t) => (t < 3 ? 'a' : 'b'));
    const { all, a, b } = adaptive.agreement(routes, groups);
    expect([a.tokens, b.tokens]).toEqual([3, 9]);
    expect(all.regret).toBeCloseTo((3 * a.regret + 9 * b.regret) / 12, 6);
    expect(all.regret).toBeGreaterThan(0);
    expect(() => adaptive.agreement(routes, ['a'])).toThrow('a group for each of 12 tokens, got 1');
    model.dispose();
  });

  test('agreement of two tokens in two blocks, by hand', () => {
    const routes: adaptive.OracleRoutes = {
      ...{ numTokens: 3, numBlocks: 2, choices: [3, 3], tried: 1 },
      paths: Int32Array.from([2, 0, /**/ 1, 2, /**/ 2, 2]),
      reference: Int32Array.from([2, 2, /**/ 0, 2, /**/ 1, 0]),
      losses: Float32Array.from([1, 2, 3]),
      referenceLosses: Float32Array.from([1.5, 2, 5]),
      byBudget: new Float32Array(9),
      difficulty: Float32Array.from([1, 0, 2])
    };
    const gains: adaptive.CostlyGains = {
      ...{ numTokens: 3, numBlocks: 2 },
      none: Float32Array.from([3, 2, 4]),
      one: Float32Array.from([2, 2.5, /**/ 2, 2, /**/ 3, 0]),
      all: Float32Array.from([0, 0, 0])
    };
    const { all, a } = adaptive.agreement(routes, ['a', 'a', 'b'], { gains });
    expect(a).toEqual({
      ...{ tokens: 2, same: 0.5, byBlock: [0.5, 0.5], loss: 1.5, regret: 0.25, difficulty: 0.5 },
      // Block 0: oracle 2, 1 and reference 2, 0 meet by lot in one of four; block 1: 0, 2 and 2, 2 in two.
      sameByChance: (1 / 4 + 2 / 4) / 2,
      costly: { reference: [0.5, 1], oracle: [0.5, 0.5] },
      gainByBlock: [0.5, 0.25]
    });
    expect(all.gainByBlock).toEqual([2 / 3, 1.5]);
    expect(all.regret).toBeCloseTo(2.5 / 3, 6);
    expect(adaptive.agreement(routes).all.gainByBlock).toEqual([]);
    expect(() => adaptive.agreement(routes, [], { gains: { ...gains, one: gains.none } })).toThrow(
      'gains must be of 3 tokens in 2 blocks, got 3'
    );
  });

  test('refuses models that choose otherwise, and budgets out of range', async () => {
    const dense = models.denseTransformer({ layers: 1, width: 8 });
    await expect(adaptive.oracleRoutes(dense, batchOf())).rejects.toThrow('must choose by adaptive.pathRouter');
    const model = duo();
    await expect(adaptive.oracleRoutes(model, batchOf(), { budget: 4 })).rejects.toThrow(
      'budget must be an integer 0..3'
    );
    await expect(adaptive.oracleRoutes(model, batchOf(), { budget: [1] })).rejects.toThrow('a budget for each of 12');
    [dense, model].forEach((each) => each.dispose());
  });
});

describe('adaptive.costlyGains', () => {
  test('is what ordinary passes lose with that one block changed', async () => {
    const model = duo();
    const batch = batchOf(1);
    const reference = randomPaths(LENGTH * L, 3, 4);
    const gains = await adaptive.costlyGains(model, batch, { reference });
    const t = 4;
    const lossWith = (path: number[]): number => {
      const changed = reference.slice();
      changed.set(path, t * L);
      return passLosses(model, batch, changed)[t];
    };
    expect(gains.none[t]).toBeCloseTo(lossWith([1, 1, 1]), 4);
    expect(gains.all[t]).toBeCloseTo(lossWith([2, 2, 2]), 4);
    const one = [[2, 1, 1], [1, 2, 1], [1, 1, 2]].map(lossWith); // prettier-ignore
    expectClose(gains.one.subarray(t * L, (t + 1) * L), one, 1e-4);
    expect(new Set(one.map((loss) => loss.toFixed(3))).size).toBe(3);
    await expect(adaptive.costlyGains(model, batch, { reference: reference.slice(1) })).rejects.toThrow(
      'reference must have numTokens * numBlocks (18) choices, got 17'
    );
    model.dispose();
  });
});

describe('adaptive.tokenGroups', () => {
  test('names what each token predicts, its range and its domain', () => {
    const text = smallText();
    const ids = (line: string): number[] => [...Buffer.from(line)];
    const batch: data.Batch = {
      tokens: Int32Array.from([...ids('a if b1'), ...ids('A: route')].slice(0, 14)),
      ...{ batchSize: 2, length: 6, domains: Int32Array.from([1, 0]) }
    };
    const groups = adaptive.tokenGroups(batch, text, { ranges: 4 });
    expect(groups.class).toEqual([
      ...['space', 'keyword', 'keyword', 'space', 'wordStart', 'digit'],
      ...['punctuation', 'space', 'wordStart', 'letter', 'letter', 'letter']
    ]);
    expect(groups.position.slice(0, 6)).toEqual(['0-1', '0-1', '2-2', '3-4', '3-4', '5-5']);
    expect(groups.domain).toEqual([...new Array(6).fill('upper'), ...new Array(6).fill('lower')]);
    expect(() => adaptive.tokenGroups(batch, text, { ranges: 7 })).toThrow('ranges must be an integer 1..6');
  });
});

describe('activeFlops of a pass', () => {
  test('counts what was executed, by hand', () => {
    const model = duo();
    const records: core.RoutingRecord[] = [];
    const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
    tf.tidy(() => {
      // Two tokens: big small bypass, and big big bypass.
      ctx.setState(adaptive.PATHS, tf.tensor2d([[2, 1, 0], [2, 2, 0]], [2, 3], 'int32')); // prettier-ignore
      model.apply(tf.tensor2d([[5, 6]], [1, 2], 'int32'), ctx);
    });
    ctx.dispose();
    // D 16, N 2, V 256; three calls of the big network (4 D 64) and one of the small (4 D 8) for two tokens; three routers.
    const attention = 8 * 16 * 16 + 4 * 2 * 16;
    const expected = 3 * (attention + 2 * 16 * 3) + (3 * 4 * 16 * 64 + 4 * 16 * 8) / 2 + 2 * 16 * 256;
    expect(models.activeFlops(model, { length: 2, records })).toBe(expected);
    expect(() => models.activeFlops(model, { length: 2, records: records.slice(1) })).toThrow(
      'records must have "layers.0'
    );
    model.dispose();
  });
});
