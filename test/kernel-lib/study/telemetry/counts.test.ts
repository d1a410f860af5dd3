import { telemetry } from '@switchyard/kernel-lib';
import { BiasWatch } from '@switchyard/kernel-lib/dist/study/telemetry/biasWatch.js';
import { expertTokens, Vocabulary } from '@switchyard/kernel-lib/dist/study/telemetry/expertTokens.js';
import { sampledTokens } from '@switchyard/kernel-lib/dist/study/telemetry/sampledTokens.js';
import { ScoreCounts } from '@switchyard/kernel-lib/dist/study/telemetry/scoreCounts.js';
import { countSequences, SequenceRing } from '@switchyard/kernel-lib/dist/study/telemetry/sequenceRing.js';
import { TokenCounts } from '@switchyard/kernel-lib/dist/study/telemetry/tokenCounts.js';
import { TokenSampler } from '@switchyard/kernel-lib/dist/study/telemetry/tokenSampler.js';
import { describe, expect, test } from 'vitest';
import { batchOf, recordOf, scoresOf } from '../../../support/routingRecords';

describe('tokens by expert', () => {
  test('each token by what it was sent to, the last of a sequence left out, over the window and the one before', () => {
    const counts = new TokenCounts(2);
    expect(counts.read()).toEqual({ counts: new Float32Array(), routed: new Float64Array() });
    // Two sequences of two tokens and one that is only predicted: 0 1 (2), 3 4 (5).
    counts.record(recordOf([0, 1, 1, -1, 0, -1, 1, 0], { numExperts: 2 }), batchOf([0, 0], 2));
    expect([...counts.read()!.counts]).toEqual([1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0]);
    expect([...counts.read()!.routed]).toEqual([1, 1, 0, 1, 1, 0]);
    counts.roll();
    counts.record(recordOf([0], { numExperts: 2, k: 1 }), { ...batchOf([0], 1), tokens: Int32Array.of(1, 7) });
    expect([...counts.read()!.counts]).toEqual([1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
    counts.roll();
    expect([...counts.read()!.counts]).toEqual([0, 0, 1, 0, ...new Array<number>(12).fill(0)]);
    // Times that a token was routed are of the whole run.
    expect([...counts.read()!.routed]).toEqual([1, 2, 0, 1, 1, 0, 0, 0]);
  });

  test('as many entries as there may be are counted, one more ends it for good', () => {
    const counts = new TokenCounts(2, 6);
    const record = (token: number) =>
      counts.record(recordOf([0], { numExperts: 2, k: 1 }), { ...batchOf([0], 1), tokens: Int32Array.of(token, 0) });
    record(2);
    expect(counts.read()!.counts).toHaveLength(6);
    record(3);
    expect(counts.read()).toBeNull();
    record(0);
    expect(counts.read()).toBeNull();
  });

  test('of equally frequent tokens the first come first, five at most; shares are of all that an expert was sent', () => {
    const counts = new TokenCounts(2);
    // Token 0 once, 1 three times, 2 to 6 twice each; all to expert 1.
    const tokens = [0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6];
    const record = recordOf(new Array<number>(tokens.length).fill(1), { numExperts: 2, k: 1 });
    counts.record(record, { ...batchOf([0], tokens.length), tokens: Int32Array.from([...tokens, 0]) });
    const decoded: number[] = [];
    const vocabulary = new Vocabulary((token) => {
      decoded.push(token);
      return token < 3 ? 'abc'[token] : `${token}`;
    });
    const { topTokens, classLoad } = expertTokens(counts, 2, vocabulary);
    expect(topTokens![0]).toEqual([]);
    expect(topTokens![1]).toEqual([
      { text: 'b', share: 3 / 14 },
      ...['c', '3', '4', '5'].map((text) => ({ text, share: 2 / 14 }))
    ]);
    // A token is decoded once.
    expect(decoded).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const kinds = classLoad!.map((row) => row[1]).filter((share) => share !== null && share > 0);
    // Letters and digits, all of either at expert 1.
    expect(kinds).toEqual([1, 1]);
  });
});

describe('sequences', () => {
  test('choices of each, unused ones left out, and what was there before cleared', () => {
    const into = Float32Array.of(9, 9, 9, 9, 9, 9);
    countSequences(recordOf([0, 2, 2, -1, 1, -1, 1, 0], { numExperts: 3 }), 2, into);
    expect([...into]).toEqual([1, 0, 2, 1, 2, 0]);
  });

  test('a ring keeps the newest, of one batch that is larger than it as well', () => {
    const ring = new SequenceRing(3, 2);
    const kept = () => [[...ring.read().counts], [...ring.read().labels]];
    ring.add(Float32Array.of(1, 2, 3, 4), Int32Array.of(5, 6));
    expect(kept()).toEqual([[1, 2, 3, 4], [5, 6]]); // prettier-ignore
    ring.add(Float32Array.of(7, 8, 9, 10), Int32Array.of(7, 8));
    expect(kept()).toEqual([[9, 10, 3, 4, 7, 8], [8, 6, 7]]); // prettier-ignore
    const larger = new SequenceRing(2, 1);
    larger.add(Float32Array.of(1, 2, 3), Int32Array.of(1, 2, 3));
    expect([...larger.read().labels]).toEqual([2, 3]);
  });
});

test('a bias: changes of sign in a step and since the run began, and what is near 0 has no sign', () => {
  const watch = new BiasWatch(2);
  expect([watch.step(), watch.read()]).toEqual([null, null]);
  watch.record(Float32Array.of(0.5, -0.25));
  expect(watch.step()).toEqual({ size: 0.375, flips: 0 });
  watch.record(Float32Array.of(-0.5, 5e-8));
  watch.record(Float32Array.of(0.5, 0.25));
  expect(watch.step()).toEqual({ size: 0.375, flips: 1.5 });
  expect(watch.step()).toEqual({ size: 0.375, flips: 0 });
  expect(watch.read()).toEqual({ bias: [0.5, 0.25], biasFlips: [2, 1] });
});

describe('a sample of tokens', () => {
  const sampler = (decode: ((token: number) => string) | null = String) =>
    new TokenSampler({ count: 2, decode, numDomains: 2 });

  test('is the first tokens, with what each layer chose for them and their losses where all are known', () => {
    const sample = sampler();
    expect(sample.read([])).toBeNull();
    sample.batch(batchOf([1], 3));
    sample.record(recordOf([0, 1, 2, 3, 1, 0], { path: 'a' }));
    expect(sample.read(['a', 'b'])).toBeNull();
    sample.record(recordOf([3, 2, 1], { path: 'b', k: 1 }));
    const read = sample.read(['a', 'b'])!;
    expect(read).toEqual({
      ...{ text: ['0', '1'], domain: [1, 1], truncated: false },
      experts: [[[0, 1], [2, 3]], [[3], [2]]], // prettier-ignore
      weights: [[[0.5, 0.5], [0.5, 0.5]], [[1], [1]]] // prettier-ignore
    });
    sample.losses(Float32Array.of(0.25));
    expect(sample.read(['a'])!.loss).toBeUndefined();
    sample.losses(Float32Array.of(0.25, 0.5, 0.75));
    expect(sample.read(['a'])!.loss).toEqual([0.25, 0.5]);
  });

  test('is that of the batch before until every layer has chosen, and none where tokens have no text', () => {
    const sample = sampler();
    sample.batch(batchOf([0], 2));
    sample.record(recordOf([0, 1, 2, 3], { path: 'a' }));
    sample.batch(batchOf([1], 2));
    expect(sample.read(['a'])!.domain).toEqual([0, 0]);
    sample.record(recordOf([3, 2, 1, 0], { path: 'a' }));
    expect(sample.read(['a'])!.domain).toEqual([1, 1]);
    const silent = sampler(null);
    silent.batch(batchOf([0], 2));
    silent.record(recordOf([0, 1, 2, 3], { path: 'a' }));
    expect(silent.read(['a'])).toBeNull();
  });
});

test('saturation of routers that choose different numbers of experts', () => {
  // Of token 0 both of two are among three; of token 1 one of two is.
  const early = recordOf([0, 1, 2, 1, 2, 3], { k: 3 });
  expect(telemetry.saturation(early, recordOf([2, 0, 0, 3]))).toBe((1 + 0.5) / 2);
  // A later token's choices are no earlier one's.
  expect(telemetry.saturation(recordOf([0, 1], { k: 1 }), recordOf([1, 0], { k: 1 }))).toBe(0);
  // What is unused in both is no choice that is kept.
  expect(telemetry.saturation(recordOf([-1, 0]), recordOf([-1, 1]))).toBe(0);
});

test('a place without an expert is no partner of an expert', () => {
  const matrix = telemetry.coActivation(Int32Array.of(-1, 1, 0, -1), { numExperts: 2, k: 2 });
  expect(matrix).toEqual([[1, 0], [0, 1]]); // prettier-ignore
});

test('vocabulary: exactly often enough counts, and each word has its own row', () => {
  const options = { numExperts: 2, minOccurrences: 4 };
  expect(telemetry.vocabularySpecialisation([9, 9, 1, 3, 4, 0], [3, 4, 5], options)).toBeCloseTo(
    (3 / 4 + 4 / 5) / 2,
    12
  );
});

describe('scores', () => {
  const counted = (logits: number[][], numExperts = logits[0].length) => {
    const counts = new ScoreCounts();
    counts.record({ ...recordOf(logits.map(() => 0), { numExperts, k: 1 }), scores: scoresOf(logits) }); // prettier-ignore
    return counts;
  };

  test('of two windows together: shares of both, means by their tokens', () => {
    // 0 and 1.2 lie in bins 20 and 25 of 40, margins of 1.2 and 0 in bins 5 and 0.
    const both = counted([[0, 1.2]]);
    both.add(counted([[0, 0], [0, 0], [1.2, 0]])); // prettier-ignore
    const { logits, margins, margin, zLoss } = both.read()!;
    expect([logits[20], logits[25], margins[0], margins[5]]).toEqual([6 / 8, 2 / 8, 2 / 4, 2 / 4]);
    expect(margin).toBeCloseTo(2.4 / 4, 6);
    expect(zLoss).toBeCloseTo((2 * Math.log(1 + Math.exp(1.2)) ** 2 + 2 * Math.log(2) ** 2) / 4, 6);
    both.clear();
    expect(both.read()).toBeNull();
  });

  test('one expert has no second, so no margin; the second of three is neither first nor last', () => {
    const { margin, margins, logits } = counted([[0.5], [0.5]]).read()!;
    expect([margin, Math.max(...margins)]).toEqual([null, 0]);
    expect(Math.max(...logits)).toBe(1);
    expect(counted([[-5, -1, -2], [-2, -5, -1], [-1, -2, -5]]).read()!.margin).toBe(1); // prettier-ignore
    // Two of the highest: no margin between them.
    expect(counted([[3, 3, 1]]).read()!.margin).toBe(0);
  });
});

describe('tokens that are sampled', () => {
  // Two sequences of 70 tokens, and the target at the end of each.
  const batch = batchOf([0, 3], 70);

  test('of the first sequence at most 64, or as many as are asked for and there are', () => {
    expect(sampledTokens(batch, null, 4).tokens).toHaveLength(64);
    expect(sampledTokens(batchOf([0, 3], 5), null, 4).tokens).toHaveLength(5);
    expect(sampledTokens(batch, 100, 4).tokens).toHaveLength(100);
    expect(sampledTokens(batch, 1000, 4).tokens).toHaveLength(140);
    expect(sampledTokens(batchOf([], 5), 3, 4)).toEqual({ tokens: new Int32Array(), domain: [] });
  });

  test('go on with the next sequence, its target left out, and of domains only those with a name', () => {
    const { tokens, domain } = sampledTokens(batch, 72, 4);
    expect([...tokens].slice(68)).toEqual([68, 69, 71, 72]);
    expect(domain.slice(68)).toEqual([0, 0, 3, 3]);
    expect(sampledTokens(batch, 72, 3).domain.slice(68)).toEqual([0, 0, -1, -1]);
  });
});
