import { adaptive, core, telemetry, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { batchOf } from '../../../support/routingRecords';

type Tokens = core.PublishedEvent<'tokens'>;

function tokens(kept: number[], path = 'layers.0.between'): Tokens {
  const size = { batchSize: 1, length: kept.length };
  return {
    kind: 'tokens',
    path,
    ...size,
    kept: Uint8Array.from(kept),
    scores: new Float32Array(kept.length),
    rest: 'merged'
  };
}

function depth(taken: number[], path = 'pursuit'): core.PublishedEvent<'depth'> {
  return { kind: 'depth', path, modules: ['skip', 'small', 'big'], taken: Int32Array.from(taken) };
}

describe('telemetry.depthRecorder', () => {
  test('adds up what tokens take of each layer, those that took nothing aside', () => {
    const recorder = telemetry.depthRecorder();
    recorder.observe(depth([0, 1, 1, 2, -1]));
    recorder.observe(depth([1, 1, 1, -1, -1]));
    recorder.step();
    recorder.observe(tokens([1, 0, 0, 1, 1]));
    const { layers, modules, usage } = recorder.data();
    expect(layers).toEqual(['pursuit', 'layers.0.between']);
    expect(modules).toEqual(['skip', 'small', 'big', 'merged', 'kept']);
    expect(usage).toEqual([
      [1 / 7, 5 / 7, 1 / 7, 0, 0],
      [0, 0, 0, 2 / 5, 3 / 5]
    ]);
  });

  test('shares are of the window: what is older is forgotten', () => {
    const recorder = telemetry.depthRecorder({ window: 2 });
    for (let step = 0; step < 2; step++) {
      recorder.observe(tokens([0, 0]));
      recorder.step();
    }
    expect(recorder.data().usage).toEqual([[1, 0]]);
    for (let step = 0; step < 4; step++) {
      recorder.observe(tokens([1, 1]));
      recorder.step();
    }
    expect(recorder.data().usage).toEqual([[0, 1]]);
  });

  test('shows tokens of the batch once every layer has said what it did with them', () => {
    const recorder = telemetry.depthRecorder({ domains: ['a', 'b'], decode: (token) => `<${token}>`, tokenSample: 3 });
    recorder.batch(batchOf([1], 4));
    recorder.observe(depth([0, 1, 2, -1]));
    expect(recorder.data().tokens).toEqual({
      ...{ text: ['<0>', '<1>', '<2>'], domain: [1, 1, 1], executed: [[0, 1, 2]] },
      ...{ difficulty: [], truncated: true }
    });
    recorder.observe(depth([2, 2], 'other'));
    expect(recorder.data().tokens).toBeNull();
    recorder.batch(null);
    recorder.observe(depth([2, 2], 'other'));
    expect(recorder.data().tokens).toBeNull();
  });

  test('more modules than a legend holds count as the last of them', () => {
    const recorder = telemetry.depthRecorder();
    const modules = Array.from({ length: 40 }, (_, steps) => `${steps} steps`);
    recorder.observe({ kind: 'depth', path: 'deep', modules, taken: Int32Array.of(0, 31, 35, 39) });
    const { modules: shown, usage } = recorder.data();
    expect(shown).toHaveLength(32);
    expect([usage[0][0], usage[0][31]]).toEqual([0.25, 0.75]);
  });

  test('matching pursuit publishes its depths', () => {
    const pursuit = adaptive.matchingPursuit({
      ...{ width: 2, atoms: 2, maxSteps: 3, dictionary: tf.eye(2), random: core.Random.fromSeed(1) }
    });
    const recorder = telemetry.depthRecorder();
    const ctx = core.Context.create({ observers: [recorder] });
    ctx.setState(adaptive.NOISE, tf.tensor1d([0.01, 0.01, 0.01]));
    const y = tf.tensor2d([[0, 0], [3, 0], [3, 4]]); // prettier-ignore
    pursuit.apply(y, ctx).dispose();
    ctx.dispose();
    y.dispose();
    pursuit.dispose();
    const third = 1 / 3;
    expect(recorder.data()).toMatchObject({ layers: ['matching-pursuit'], usage: [[third, third, third, 0]] });
  });
});
