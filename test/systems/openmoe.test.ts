import { core, models, moe, routers, telemetry, tf, train, type data } from '@switchyard/kernel-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { SHORT, smallText } from '../support/runs';

const LENGTH = 32;
const STEPS = 100;
const FRACTIONS = [0, 0.2, 1];
const text = smallText();

/** What a checkpoint's first layer decides about each sequence on its own: capacity is that of a sequence. */
function observe(model: models.Transformer, step: number): moe.analysis.RoutingObservation[] {
  return text.validationBatches({ batchSize: 1, length: LENGTH, count: 60 }).map((batch) => {
    const records: core.RoutingRecord[] = [];
    const ctx = core.Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
    tf.tidy(() => {
      const ids = tf.tensor2d(batch.tokens.subarray(0, LENGTH), [1, LENGTH], 'int32');
      model.apply(ids, ctx);
    });
    ctx.dispose();
    return { record: records[0], batch, step };
  });
}

const checkpoints: moe.analysis.RoutingObservation[][] = [];

beforeAll(async () => {
  for (const fraction of FRACTIONS) {
    const model = models.moeTransformer({
      ...{ layers: 2, width: 16, contextLength: LENGTH, experts: 8, capacityFactor: 1.25 },
      router: routers.topK({ k: 2 })
    });
    const steps = fraction * STEPS;
    if (steps > 0) {
      const options = { ...SHORT, steps, warmup: 0, schedule: 'constant' as const, evaluateEvery: 0 };
      await train.fit(model, text, options);
    }
    checkpoints.push(observe(model, steps));
    model.dispose();
  }
}, 60_000);

describe('[openmoe]', () => {
  test('experts go by the token more than by the one before it, its position or its domain', () => {
    const by = ['token-id', 'previous-token', 'position', 'domain'] as const;
    const analysis = moe.analysis.routing(checkpoints[2], { by }).by;
    const token = analysis['token-id']?.information ?? NaN;
    expect(analysis['token-id']?.pValue).toBeLessThan(0.05);
    expect(token).toBeGreaterThan(analysis['previous-token']?.information ?? NaN);
    expect(token).toBeGreaterThan(analysis.position?.information ?? NaN);
    expect(token).toBeGreaterThan(analysis.domain?.information ?? NaN);
  });

  test('under a capacity, tokens towards the end are dropped more', () => {
    const { dropByPosition } = moe.analysis.routing(checkpoints[2], { by: [] });
    const positions = Array.from({ length: LENGTH }, (_, n) => n);
    expect(moe.analysis.spearman(positions, dropByPosition)).toBeGreaterThan(0.5);
    const share = (from: number) => dropByPosition.slice(from, from + 8).reduce((a, b) => a + b) / 8;
    expect(share(24)).toBeGreaterThan(share(0) + 0.05);
  });

  test('what is chosen early stays: step 20 % agrees with the end more than the beginning does', () => {
    const agreement = [0, 1].map(
      (c) =>
        checkpoints[c].reduce((sum, { record }, i) => sum + telemetry.saturation(record, checkpoints[2][i].record), 0) /
        checkpoints[c].length
    );
    expect(agreement[1]).toBeGreaterThan(agreement[0]);
  });

  test('planted routing: by token, by position, and by chance', () => {
    const [numTokens, numExperts] = [2000, 4];
    const next = core.Random.fromSeed(1).generator();
    const tokens = Int32Array.from({ length: 100 * 21 }, () => Math.floor(next() * 8));
    const batch: data.Batch = { tokens, batchSize: 100, length: 20, domains: new Int32Array(100) };
    const planted = (expert: (token: number, position: number) => number) => {
      const indices = Int32Array.from({ length: numTokens }, (_, t) => {
        const [b, n] = [Math.floor(t / 20), t % 20];
        return expert(tokens[b * 21 + n], n);
      });
      const rest = { path: 'moe', router: 'top-k', experts: ['', '', '', ''], entropy: 0, dropped: null };
      const record = {
        ...{ ...rest, indices, numTokens, numExperts, k: 1 },
        ...{ weights: new Float32Array(numTokens), importance: new Float32Array(4) }
      };
      const by = ['token-id', 'previous-token', 'position', 'domain', 'step'] as const;
      return moe.analysis.routing([{ record, batch }], { by }).by;
    };
    const byToken = planted((token) => token % 4);
    // A certain function of the label: the whole entropy of the expert, ln 4, less what shuffling gives.
    expect(byToken['token-id']?.raw).toBeCloseTo(Math.log(4), 2);
    expect(byToken['token-id']?.information).toBeGreaterThan(1.3);
    expect(Math.abs(byToken['previous-token']?.information ?? NaN)).toBeLessThan(0.02);
    expect(planted((_, position) => position % 4).position?.raw).toBeCloseTo(Math.log(4), 6);
    const chance = planted(() => Math.floor(next() * 4));
    expect(chance['token-id']?.pValue).toBeGreaterThan(0.05);
    // One domain and one step tell nothing.
    expect(chance.domain).toEqual({ information: 0, raw: 0, pValue: 1 });
    expect(chance.step).toEqual({ information: 0, raw: 0, pValue: 1 });
  });
});
