import { core, data, protocol, telemetry } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { batchOf, randomRecord, recordOf } from '../../../support/routingRecords';
import { example, routingExample } from '../../../support/payloads';

const domains = ['prose', 'python'];
const CLASSES = data.TOKEN_CLASSES.filter((name) => name !== 'wordStart');

/** A token where it stood, in the first step, with half of the weight. */
const seen = (before: string, token: number, after: string): protocol.ExpertContext => ({
  ...{ before, token: `<${token}>`, after, weight: 0.5, domain: token < 3 ? 0 : 1, step: 1 }
});

/** A payload of what a recorder holds. */
function payloadOf(recorder: telemetry.Recorder): protocol.RoutingPayload {
  return telemetry.bound({ ...routingExample(), data: recorder.data() });
}

describe('Recorder', () => {
  test('losses of tokens are those of the sample, where they are as many as the batch has tokens', () => {
    const losses = (values: number[]): { kind: 'losses'; path: string; losses: Float32Array } => ({ kind: 'losses', path: '', losses: Float32Array.from(values) }); // prettier-ignore
    const recorder = telemetry.recorder({ domains, decode: String, tokenSample: 2 });
    // Of no batch, and then of one whose tokens are four.
    recorder.observe(losses([1, 2, 3, 4]));
    recorder.batch(batchOf([0, 1], 2));
    recorder.observe(recordOf([0, 1, 0, 2, 0, 1, 0, 3]));
    expect(recorder.data().tokens).not.toHaveProperty('loss');
    recorder.observe(losses([9, 8, 7]));
    expect(recorder.data().tokens).not.toHaveProperty('loss');
    recorder.observe(losses([0.5, 0.25, 4, 5]));
    expect(recorder.data().tokens).toMatchObject({ loss: [0.5, 0.25] });
  });

  test('counts one record by hand', () => {
    const recorder = telemetry.recorder({ domains, decode: (token) => `<${token}>`, tokenSample: 2 });
    recorder.batch(batchOf([0, 1], 2));
    const record = recordOf([0, 1, 0, 2, 0, 1, 0, -1]);
    record.importance = Float32Array.of(2, 1, 1, 0);
    record.entropy = Math.log(4) / 2;
    record.dropped = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0);
    recorder.observe(record);
    recorder.step(1, { 'loss/train': 2, learningRate: NaN });

    const { layers, history, tokens } = payloadOf(recorder).data;
    expect(recorder.coActivation().moe?.[0]).toEqual([1, 0.5, 0.25, 0]);
    expect(layers).toEqual([
      {
        path: 'moe',
        router: 'top-k',
        numExperts: 4,
        k: 2,
        experts: ['expert 0', 'expert 1', 'expert 2', 'expert 3'],
        load: [0.5714, 0.2857, 0.1429, 0],
        importance: [0.5, 0.25, 0.25, 0],
        // Counts 4, 2, 1, 0 with mean 7/4.
        maxVio: 1.286,
        cv: 0.845,
        entropy: 0.5,
        effectiveExperts: 0.65,
        dropped: 0.1429,
        deadFraction: 0.25,
        domainLoad: [
          [0.5, 0.25, 0.25, 0],
          [0.6667, 0.3333, 0, 0]
        ],
        coActivation: [
          [1, 0.5, 0.25, 0],
          [1, 1, 0, 0],
          [1, 0, 1, 0],
          [null, null, null, null]
        ],
        // The choice of expert 1 that was dropped carries no weight.
        meanWeight: [0.5, 0.5, 0.5, null],
        overflow: [0, 0.5, 0, null],
        // Tokens 0 and 1 of the first sequence, 3 and 4 of the second: all go to expert 0, 0 and 3 to 1, 1 to 2.
        topTokens: [
          ['<0>', '<1>', '<3>', '<4>'].map((text) => ({ text, share: 0.25 })),
          ['<0>', '<3>'].map((text) => ({ text, share: 0.5 })),
          [{ text: '<1>', share: 1 }],
          []
        ],
        // Of equal weights the first two of each; the dropped choice is none.
        contexts: [
          [seen('', 0, '<1><2>'), seen('<0>', 1, '<2>')],
          [seen('', 3, '<4><5>')],
          [seen('<0>', 1, '<2>')],
          []
        ],
        classLoad: CLASSES.map((name) => (name === 'other' ? [0.5714, 0.2857, 0.1429, 0] : [0, 0, 0, 0]))
      }
    ]);
    expect(history).toEqual({
      steps: [1],
      maxVio: [[1.286]],
      cv: [[0.845]],
      entropy: [[0.5]],
      dropped: [[0.143]],
      loadSteps: [1],
      load: [[[0.5714, 0.2857, 0.1429, 0]]],
      scalars: { 'loss/train': [2] }
    });
    expect(tokens).toEqual({
      text: ['<0>', '<1>'],
      domain: [0, 0],
      experts: [
        [
          [0, 1],
          [0, 2]
        ]
      ],
      weights: [
        [
          [0.5, 0.5],
          [0.5, 0.5]
        ]
      ],
      truncated: false
    });
  });

  test('transitions follow first choices from layer to layer, over the latest steps', () => {
    const recorder = telemetry.recorder({ window: 1 });
    const pass = (first: number[], second: number[]): void => {
      recorder.batch(batchOf([0], 3));
      recorder.observe(recordOf(first, { path: 'a', k: 1, numExperts: 2 }));
      recorder.observe(recordOf(second, { path: 'b', k: 1, numExperts: 3 }));
    };
    // Three tokens: 0 to 2, 0 to 1, and one that the second layer sends nowhere.
    pass([0, 0, 1], [2, 1, -1]);
    recorder.step(1);
    expect(recorder.data().layers[0].transitions).toEqual([
      [0, 0.5, 0.5],
      [0, 0, 0]
    ]);
    expect(recorder.data().layers[1].transitions).toBeUndefined();
    pass([1, 1, 1], [0, 0, 0]);
    recorder.step(2);
    pass([1, 1, 1], [0, 0, 0]);
    recorder.step(3);
    expect(recorder.data().layers[0].transitions).toEqual([
      [0, 0, 0],
      [1, 0, 0]
    ]);
  });

  test('what experts are sent is of the latest steps, best first, and of every class', () => {
    const words = ['the', '7', '+', ' ', 'return'];
    const recorder = telemetry.recorder({ window: 1, decode: (token) => words[token % words.length] });
    recorder.batch({ tokens: Int32Array.of(0, 1, 0, 4, 2, 0), batchSize: 1, length: 5, domains: Int32Array.of(0) });
    recorder.observe(recordOf([0, 1, 0, 1, 1], { k: 1, numExperts: 2 }));
    recorder.step(1);
    const { layers, tokenClasses } = recorder.data();
    expect(layers[0].topTokens).toEqual([
      [{ text: 'the', share: 1 }],
      [
        { text: '7', share: 1 / 3 },
        { text: '+', share: 1 / 3 },
        { text: 'return', share: 1 / 3 }
      ]
    ]);
    expect(tokenClasses).toEqual(CLASSES);
    const byClass = Object.fromEntries(CLASSES.map((name, c) => [name, layers[0].classLoad?.[c]]));
    expect(byClass).toMatchObject({
      letter: [1, 0],
      digit: [0, 1],
      punctuation: [0, 1],
      keyword: [0, 1],
      space: [0, 0]
    });
    for (const step of [2, 3]) {
      recorder.batch({ tokens: Int32Array.of(3, 0), batchSize: 1, length: 1, domains: Int32Array.of(0) });
      recorder.observe(recordOf([0], { k: 1, numExperts: 2 }));
      recorder.step(step);
    }
    expect(recorder.data().layers[0].topTokens).toEqual([[{ text: ' ', share: 1 }], []]);
  });

  test("of an expert's tokens the five most frequent are named, in their order", () => {
    const recorder = telemetry.recorder({ decode: String });
    // Token i comes i times, for i from 1 to 7.
    const tokens = [1, 2, 3, 4, 5, 6, 7].flatMap((token) => new Array<number>(token).fill(token));
    const length = tokens.length;
    recorder.batch({ tokens: Int32Array.of(...tokens, 0), batchSize: 1, length, domains: Int32Array.of(0) });
    recorder.observe(recordOf(new Array<number>(length).fill(0), { k: 1, numExperts: 1 }));
    recorder.step(1);
    const named = recorder.data().layers[0].topTokens?.[0];
    expect(named).toEqual([7, 6, 5, 4, 3].map((token) => ({ text: String(token), share: token / 28 })));
  });

  test('a vocabulary that is too large is not counted', () => {
    const recorder = telemetry.recorder({ decode: String });
    recorder.batch({ tokens: Int32Array.of(600_000, 1), batchSize: 1, length: 1, domains: Int32Array.of(0) });
    recorder.observe(recordOf([0, 1]));
    recorder.step(1);
    const { layers, tokenClasses } = recorder.data();
    expect([layers[0].topTokens, layers[0].classLoad, tokenClasses]).toEqual([undefined, undefined, undefined]);
  });

  test('a run of several layers gives payloads that the guard accepts at every step', () => {
    const next = core.Random.fromSeed(1).generator();
    const recorder = telemetry.recorder({ domains, decode: String });
    for (let step = 1; step <= 40; step++) {
      recorder.batch(batchOf([0, 1, 1, 0], 64));
      for (const path of ['layers.0.moe', 'layers.1.moe']) {
        recorder.observe(randomRecord(next, { path }));
      }
      recorder.step(
        step,
        step % 10 === 0 ? { 'loss/train': next(), 'loss/validation': next() } : { 'loss/train': next() }
      );
      const payload = protocol.parsePayload(payloadOf(recorder)) as protocol.RoutingPayload;
      expect(payload.data.history.steps).toHaveLength(step);
      expect(payload.data.tokens?.text).toHaveLength(64);
    }
  });

  test('loads are of the latest steps', () => {
    const recorder = telemetry.recorder({ window: 2 });
    const load = () => recorder.data().layers[0].load;
    const step = (n: number, expert: number): void => {
      recorder.observe(recordOf([expert, expert + 1]));
      recorder.step(n);
    };
    step(1, 0);
    step(2, 0);
    expect(load()).toEqual([0.5, 0.5, 0, 0]);
    step(3, 2);
    expect(load()).toEqual([1 / 3, 1 / 3, 1 / 6, 1 / 6]);
    step(4, 2);
    step(5, 2);
    expect(load()).toEqual([0, 0, 0.5, 0.5]);
  });

  test('records without a run: no batch, no step', () => {
    const recorder = telemetry.recorder();
    expect(recorder.data().layers).toEqual([]);
    protocol.parsePayload(payloadOf(recorder));
    recorder.observe(recordOf([0, 1]));
    recorder.observe(recordOf([0, 1]));
    expect(recorder.data().layers[0].load).toEqual([0.5, 0.5, 0, 0]);
    expect(recorder.data().tokens).toBeNull();
    protocol.parsePayload(payloadOf(recorder));
  });

  test('a sample is shown until the next is complete', () => {
    const recorder = telemetry.recorder({ decode: String, tokenSample: 1 });
    recorder.batch(batchOf([0], 2));
    recorder.observe(recordOf([3, 2, 0, 1]));
    recorder.batch(batchOf([0], 2));
    expect(recorder.data().tokens?.experts).toEqual([[[3, 2]]]);
    recorder.observe(recordOf([1, 0, 0, 1]));
    expect(recorder.data().tokens?.experts).toEqual([[[1, 0]]]);
  });

  test('a sample of more tokens than a sequence has is of the next sequences as well, with their domains', () => {
    const sampleOf = (tokenSample?: number) => {
      const recorder = telemetry.recorder({ domains, decode: String, tokenSample });
      recorder.batch({
        tokens: Int32Array.of(1, 2, 9, 3, 4, 9, 5, 6, 9),
        batchSize: 3,
        length: 2,
        domains: Int32Array.of(0, 1, 5)
      });
      recorder.observe(recordOf([0, 1, 1, 2, 2, 3, 3, 0, 0, 2, 1, 3]));
      const { text, domain, experts } = recorder.data().tokens!;
      return { text, domain, experts: experts[0] };
    };
    // The ninth token is a target only.
    expect(sampleOf(5)).toEqual({ text: ['1', '2', '3', '4', '5'], domain: [0, 0, 1, 1, -1], experts: [[0, 1], [1, 2], [2, 3], [3, 0], [0, 2]] }); // prettier-ignore
    expect(sampleOf(100).text).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(sampleOf().text).toEqual(['1', '2']);
  });

  test('a layer that changes its experts is recorded anew', () => {
    const recorder = telemetry.recorder();
    recorder.observe(recordOf([0, 1]));
    recorder.step(1);
    recorder.observe(recordOf([4, 5], { numExperts: 6 }));
    recorder.step(2);
    expect(recorder.data().layers[0].load).toEqual([0, 0, 0, 0, 0.5, 0.5]);
    protocol.parsePayload(payloadOf(recorder));
  });

  test('domain and vocabulary specialisation', () => {
    const recorder = telemetry.recorder({ domains, vocabSize: 40, sequences: 8 });
    for (let step = 1; step <= 12; step++) {
      recorder.batch(batchOf([0, 1], 4));
      // The first sequence goes to experts 0 and 1, the second to 2 and 3; so does each word, in one of them.
      recorder.observe(recordOf([0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3]));
    }
    const { moe } = recorder.specialisation({ permutations: 99 });
    expect(moe.score).toBeCloseTo(1, 12);
    expect(moe.pValue).toBeLessThan(0.1);
    expect(recorder.vocabularySpecialisation()).toEqual({ moe: 1 });
    expect(telemetry.recorder().vocabularySpecialisation()).toEqual({});
    expect(telemetry.recorder().specialisation()).toEqual({});
  });

  test('a long run keeps its history bounded, and averages what it joins', () => {
    const recorder = telemetry.recorder();
    for (let step = 1; step <= 3000; step++) {
      recorder.observe(recordOf([0, 1]));
      recorder.step(step, step === 2000 ? { 'loss/validation': 7, x: step } : { x: step });
    }
    const { history } = recorder.data();
    expect(history.steps.length).toBeLessThanOrEqual(512);
    expect(history.loadSteps.length).toBeLessThanOrEqual(64);
    expect(history.steps.at(-1)).toBe(3000);
    // Bins of 8 steps, and before them shorter ones: 1, 2, 3..4, 5..8.
    expect(history.steps.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 24]);
    expect(history.scalars.x.slice(0, 6)).toEqual([1, 2, 3.5, 6.5, 12.5, 20.5]);
    expect(new Set(history.steps.slice(4, -1).map((step, i) => step - history.steps[i + 3]))).toEqual(new Set([8]));
    expect(history.scalars['loss/validation'].filter((x) => x !== null)).toEqual([7]);
    protocol.parsePayload(payloadOf(recorder));
  });

  test('the load of the first steps is kept however long the run, and in a payload', () => {
    const recorder = telemetry.recorder();
    for (let step = 1; step <= 2000; step++) {
      // Balanced from step 17 on: without the first steps nobody would see that it ever was not.
      recorder.observe(recordOf(step <= 16 ? [0, 1] : [0, 1, 2, 3]));
      recorder.step(step);
    }
    const early = [1, 2, 4, 8, 16, 32, 64];
    for (const { loadSteps, load } of [recorder.data().history, payloadOf(recorder).data.history]) {
      expect(loadSteps.slice(0, early.length)).toEqual(early);
      expect(load[0].slice(0, 6).map((row) => row[2])).toEqual([0, 0, 0, 0, 0, 0.25]);
      expect(loadSteps.at(-1)).toBe(2000);
      expect(loadSteps.length).toBeLessThanOrEqual(64);
    }
  });

  test('a history of few bins stays within them, and keeps the mean of all steps', () => {
    const payload = example('training') as protocol.TrainingPayload;
    const steps = Array.from({ length: 512 }, (_, i) => 3 * i + 5);
    // So many names that only a few steps fit.
    const names = Array.from({ length: 64 }, (_, i) => `${'long name '.repeat(20)}${i}`);
    const scalars = Object.fromEntries(names.map((name) => [name, steps.map((step) => -step * 1e16)]));
    const { data } = telemetry.bound({ ...payload, data: { steps, scalars } });
    expect(data.steps[0]).toBe(5);
    expect(data.steps.at(-1)).toBe(steps.at(-1));
    const widths = data.steps.map((step, i) => (i === 0 ? 1 : step - data.steps[i - 1]));
    const means = data.scalars[names[0]].map((x) => (x ?? 0) / -1e16);
    const mean = means.reduce((sum, x, i) => sum + x * widths[i], 0) / widths.reduce((sum, x) => sum + x, 0);
    const exact = steps.reduce((sum, step, i) => sum + step * (i === 0 ? 1 : 3), 0) / (1 + 3 * 511);
    expect(mean / exact).toBeCloseTo(1, 3);
  });

  test('what is recorded depends on the steps only', () => {
    const record = (): string => {
      const next = core.Random.fromSeed(3).generator();
      const recorder = telemetry.recorder({ domains });
      for (let step = 1; step <= 700; step++) {
        recorder.observe(randomRecord(next, { numTokens: 8 }));
        recorder.step(step, { x: next() });
        if (Math.floor(next() * 10) === 0) {
          recorder.data();
        }
      }
      return JSON.stringify(recorder.data());
    };
    expect(record()).toBe(record());
  });

  test('says what is wrong', () => {
    expect(() => telemetry.recorder({ tokenSample: 2049 })).toThrow(
      'telemetry.recorder: tokenSample must be an integer 0..2048, got 2049'
    );
    expect(() => telemetry.recorder({ window: 0 })).toThrow(
      'telemetry.recorder: window must be an integer of at least 1, got 0'
    );
    const recorder = telemetry.recorder();
    recorder.step(3);
    expect(() => recorder.step(3)).toThrow('Recorder.step: step must be an integer of at least 4, got 3');
  });
});
