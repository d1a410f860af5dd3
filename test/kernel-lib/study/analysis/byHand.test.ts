/** @file Small cases of what analyses compute, and what they refuse. */
import { core, models, moe, routers, telemetry, tf, type data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { smallModel } from '../../../support/runs';

const { analysis } = moe;

const refusal = (message: string) => expect.objectContaining({ name: 'SwitchyardError', message }) as Error;

describe('congestion', () => {
  const one = (...quality: number[]) => [{ weight: 1, quality }];
  const fit = (counts: number[], options: Partial<moe.analysis.CongestionOptions> = {}) =>
    analysis.congestion(counts, { types: one(1, 0), resamples: 5, ...options });

  test.each([5, 0.5, 60])('finds gamma %d from the load at its equilibrium, summed over units', (gamma) => {
    const types = one(1.5, 0.5, -1);
    const load = analysis.equilibrium(types, gamma);
    // Units of a half, a third and a sixth, each with shares of its own.
    const counts = [2, 3, 6].flatMap((part, u) => [...load].map((m, e) => (1e6 * m) / part + (u - 1) * (e - 1) * 100));
    const found = fit(counts, { types });
    expect(found.gammaEff.value / gamma).toBeCloseTo(1, 2);
    expectClose(found.load, load, 2e-3);
    expect(found.l1).toBeLessThan(4e-3);
    expect(fit(counts, { types, maxGamma: 100 }).gammaEff.value / gamma).toBeCloseTo(1, 2);
  });

  test('is at most the largest that is tried, where the load is even, and 0 where crowds are sought', () => {
    expect(fit([50, 50], { maxGamma: 20 }).gammaEff.value).toBeCloseTo(20, 9);
    expect(fit([100, 0]).gammaEff.value).toBe(0);
  });

  test('the rival has the temperature at which the mean quality is the observed one', () => {
    const { softmax } = fit([7, 3]);
    expect(softmax.temperature).toBeCloseTo(1 / Math.log(7 / 3), 9);
    expectClose(softmax.load, [0.7, 0.3], 1e-9);
    expect(softmax.l1).toBeLessThan(1e-9);
    // Shares of 1/2, 1/4 and 1/4 have the same mean: a tenth of the observed load is elsewhere.
    const three = fit([5, 3, 2], { types: one(1, 0, 0) }).softmax;
    expect(three.temperature).toBeCloseTo(1 / Math.LN2, 9);
    expect(three.l1).toBeCloseTo(0.1, 9);
    // Of two kinds of tokens it sees the mean: (0.25 * 3 - 0.75, 0) is no difference, and the softmax is even at any temperature.
    const types = [{ weight: 0.25, quality: [3, 0] }, { weight: 0.75, quality: [-1, 0] }]; // prettier-ignore
    expectClose(fit([1, 1], { types }).softmax.load, [0.5, 0.5], 1e-9);
    // As cold as numbers can tell.
    expect(fit([1, 0]).softmax.temperature).toBeLessThan(0.03);
    expectClose(fit([1, 0]).softmax.load, [1, 0], 1e-12);
  });

  // prettier-ignore
  test.each<[string, () => unknown, string]>([
    ['one expert', () => fit([1], { types: one(1) }), 'moe.analysis.congestion: the number of experts must be an integer of at least 2, got 1'],
    ['no type', () => fit([1], { types: [] }), 'moe.analysis.congestion: the number of experts must be an integer of at least 2, got 0'],
    ['a small gamma', () => fit([1, 1], { maxGamma: 0.5 }), 'moe.analysis.congestion: maxGamma must be a number of at least 1, got 0.5'],
    ['no counts', () => fit([]), 'moe.analysis.congestion: counts must have U * E entries, E = 2, got 0'],
    ['half a unit', () => fit([1, 2, 3]), 'moe.analysis.congestion: counts must have U * E entries, E = 2, got 3'],
    ['no choices', () => fit([0, 0]), 'moe.analysis.congestion: counts must have choices, got 0'],
    ['types of other experts', () => analysis.equilibrium([{ weight: 0.5, quality: [1, 2] }, { weight: 0.5, quality: [1] }], 1), 'moe.analysis.equilibrium: types must have the quality of the same experts, got 2'],
    ['no types', () => analysis.equilibrium([], 1), 'moe.analysis.equilibrium: types must have the quality of the same experts, got 0'],
    ['no token types', () => analysis.tokenTypes([1, 2], { numExperts: 2, types: 0 }), 'moe.analysis.tokenTypes: types must be an integer of at least 1, got 0'],
    ['fewer tokens than types', () => analysis.tokenTypes([1, 2], { numExperts: 2, types: 2 }), 'moe.analysis.tokenTypes: logits must be [T * E] of at least 2 tokens, E = 2, got 2'],
    ['half a token', () => analysis.tokenTypes([1, 2, 3], { numExperts: 2, types: 1 }), 'moe.analysis.tokenTypes: logits must be [T * E] of at least 1 tokens, E = 2, got 3']
  ])('%s is refused', (_name, run, message) => {
    expect(run).toThrow(refusal(message));
  });

  test('as many types as tokens: each token is one, and none is empty', () => {
    const types = analysis.tokenTypes([9, 0, 0, 9], { numExperts: 2, types: 2 });
    expect(types.map(({ weight, quality }) => [weight, ...Array.from(quality)]).sort()).toEqual([[0.5, 0, 9], [0.5, 9, 0]]); // prettier-ignore
    expect(analysis.tokenTypes([1, 2, 1, 2], { numExperts: 2, types: 2 })).toHaveLength(1);
  });
});

test('phases: intervals that touch overlap, and a fall that is made good is no straight way either', () => {
  const at = (step: number, low: number, high: number) => ({ step, gammaEff: { value: (low + high) / 2, low, high } });
  expect(analysis.phases([at(0, 1, 2), at(10, 2, 3), at(20, 3, 4)]).phases).toEqual([{ kind: 'stabilisation', from: 0, to: 20 }]); // prettier-ignore
  expect(analysis.phases([at(0, 5, 6), at(10, 1, 2), at(20, 5, 6)]).nonMonotone).toBe(true);
  expect(analysis.phases([at(0, 5, 6), at(10, 3, 4), at(20, 1, 2)]).nonMonotone).toBe(false);
});

describe('routing', () => {
  /** Two sequences of four tokens and the one after, each of a domain; two experts, one choice. */
  function observation(options: { indices: number[]; dropped?: number[]; tokens?: number[]; step?: number }) {
    const { indices, dropped, tokens = [1, 2, 1, 2, 9, 2, 2, 1, 1, 9], step } = options;
    const record = {
      ...{ path: 'moe', router: 'top-k', numExperts: 2, k: 1, numTokens: 8, indices: Int32Array.from(indices) },
      dropped: dropped === undefined ? null : Uint8Array.from(dropped)
    } as unknown as core.RoutingRecord;
    const batch: data.Batch = { tokens: Int32Array.from(tokens), batchSize: 2, length: 4, domains: Int32Array.from([0, 1]) }; // prettier-ignore
    return { record, batch, step };
  }
  const H = (...shares: number[]) => -shares.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);

  test('what each attribute tells of the experts, by hand', () => {
    // Token 1 goes to expert 0 and token 2 to expert 1, wherever they stand.
    const byToken = observation({ indices: [0, 1, 0, 1, 1, 1, 0, 0] });
    const { by } = analysis.routing([byToken], { by: ['token-id', 'previous-token', 'position', 'domain', 'step'], permutations: 200 }); // prettier-ignore
    expect(by['token-id']!.raw).toBeCloseTo(Math.LN2, 9);
    // Before the six that have one: 1, 2, 1 and 2, 2, 1, followed by 1, 0, 1 and 1, 0, 0: after 1 expert 1 twice of three times, after 2 expert 0 twice of three times.
    const after = H(1 / 2, 1 / 2) + H(1 / 2, 1 / 2) - H(1 / 6, 2 / 6, 2 / 6, 1 / 6);
    expect(by['previous-token']!.raw).toBeCloseTo(after, 9);
    // Places: 0 and 1, 1 and 1, 0 and 0, 1 and 0.
    expect(by.position!.raw).toBeCloseTo(Math.LN2 - (2 / 4) * Math.LN2, 9);
    expect(by.domain!.raw).toBeCloseTo(0, 9);
    // One step tells nothing, and nothing beats it.
    expect(by.step).toEqual({ information: 0, raw: 0, pValue: 1 });
    // What is left after the labels are shuffled is taken off.
    const counts = [1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0];
    const shuffled = telemetry.specialisation(counts, [1, 2, 1, 2, 2, 2, 1, 1], { numExperts: 2, permutations: 200, seed: 0 }); // prettier-ignore
    expect(by['token-id']!.information).toBeCloseTo((shuffled.score - shuffled.shuffled) * Math.LN2, 9);
    expect(by['token-id']!.pValue).toBe(shuffled.pValue);
    expect(shuffled.shuffled).toBeGreaterThan(0);
  });

  test('a domain and a checkpoint that decide are seen', () => {
    const first = observation({ indices: [0, 0, 0, 0, 1, 1, 1, 1], step: 0 });
    expect(analysis.routing([first], { by: ['domain'] }).by.domain!.raw).toBeCloseTo(Math.LN2, 9);
    const early = observation({ indices: new Array<number>(8).fill(0), step: 0 });
    const late = observation({ indices: new Array<number>(8).fill(1), step: 10 });
    const { by } = analysis.routing([early, late], { by: ['step', 'token-id'] });
    expect(by.step!.raw).toBeCloseTo(Math.LN2, 9);
    expect(by['token-id']!.raw).toBeCloseTo(0, 9);
  });

  test('drops are a share of the choices at each position; what was not chosen is none', () => {
    const both = observation({ indices: [0, 1, -1, 1, 0, 0, 0, -1], dropped: [1, 0, 0, 1, 1, 1, 0, 0] });
    expect([...analysis.routing([both], { by: [] }).dropByPosition]).toEqual([1, 0.5, 0, 1]);
    const more = observation({ indices: [0, 1, 0, 1, 0, 0, 0, 1] });
    expect([...analysis.routing([both, more], { by: [] }).dropByPosition]).toEqual([2 / 4, 1 / 4, 0, 1 / 3]);
  });

  test('refusals', () => {
    const fine = observation({ indices: [0, 1, 0, 1, 1, 1, 0, 0] });
    const where = 'moe.analysis.routing:';
    const run =
      (observations: moe.analysis.RoutingObservation[], by: string[] = []) =>
      () =>
        analysis.routing(observations, { by: by as moe.analysis.RoutingAttribute[] });
    expect(run([])).toThrow(refusal(`${where} the number of observations must be an integer of at least 1, got 0`));
    expect(run([fine], ['word'])).toThrow(`${where} by must be one of token-id, previous-token, position, step, domain, got word`); // prettier-ignore
    const short = { ...fine, batch: { ...fine.batch, length: 3 } };
    expect(run([short])).toThrow(refusal(`${where} a record must be of its batch's tokens (6), got 8`));
    const wider = { ...fine, record: { ...fine.record, numExperts: 3 } };
    const longer = { record: { ...fine.record, numTokens: 10 }, batch: { ...fine.batch, length: 5 } };
    for (const [other, got] of [
      [wider, '[3,4]'],
      [longer, '[2,5]']
    ] as const) {
      // prettier-ignore
      expect(run([fine, other])).toThrow(refusal(`${where} observations must have the same experts and length, got ${got}`)); // prettier-ignore
    }
  });
});

test('diversity is the mean over pairs of experts of 1 less the cosine of their outputs', () => {
  const layer = moe.layer({ router: routers.topK({ k: 1 }), experts: 3, width: 4, hidden: 8, random: core.Random.fromSeed(1) }); // prettier-ignore
  const x = core.Random.fromSeed(2).normal([5, 4]) as tf.Tensor2D;
  const { outputs } = analysis.allOutputs(layer, x);
  const of = (t: number, e: number) => outputs.subarray((t * 3 + e) * 4, (t * 3 + e + 1) * 4);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  let total = 0;
  for (let t = 0; t < 5; t++) {
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2]
    ]) {
      // prettier-ignore
      total += 1 - dot(of(t, a), of(t, b)) / Math.sqrt(dot(of(t, a), of(t, a)) * dot(of(t, b), of(t, b)));
    }
  }
  expect(analysis.diversity(layer, x, { resamples: 10 }).value).toBeCloseTo(total / 15, 6);
  expect(analysis.normVsRouter(layer, x, { resamples: 10 }).value).toBeCloseTo(
    [0, 1, 2, 3, 4].reduce((sum, t) => {
      const norms = [0, 1, 2].map((e) => Math.sqrt(dot(of(t, e), of(t, e))));
      const probs = analysis.allOutputs(layer, x).probs.subarray(t * 3, t * 3 + 3);
      return sum + analysis.spearman(probs, norms) / 5;
    }, 0),
    9
  );
  x.dispose();
  layer.dispose();
});

describe('texts', () => {
  const model = Object.assign(smallModel(), {
    tokenizer: { encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)) }
  });

  test('right answers are counted, by likelihood and by likelihood for a character', () => {
    const questions = [
      { question: 'ab', answers: ['c', 'ddd'], correct: 0 },
      { question: 'x', answers: ['yz', 'w'], correct: 1 },
      { question: 'q', answers: ['r', 's', 't'], correct: 2 }
    ];
    const { results } = models.multipleChoice(model, questions);
    results.forEach(({ logLikelihoods, chosen, chosenByLength }, i) => {
      expect(chosen).toBe(logLikelihoods.indexOf(Math.max(...logLikelihoods)));
      const each = logLikelihoods.map((value, a) => value / questions[i].answers[a].length);
      expect(chosenByLength).toBe(each.indexOf(Math.max(...each)));
    });
    // One answer right, then all but one.
    const asked = (right: boolean[], by: 'chosen' | 'chosenByLength') =>
      models.multipleChoice(
        model,
        questions.map((question, i) => {
          const best = results[i][by];
          return { ...question, correct: right[i] ? best : (best + 1) % question.answers.length };
        })
      );
    expect(asked([true, false, false], 'chosen').accuracy).toBeCloseTo(1 / 3, 12);
    expect(asked([true, false, true], 'chosen').accuracy).toBeCloseTo(2 / 3, 12);
    expect(asked([true, true, false], 'chosenByLength').accuracyByLength).toBeCloseTo(2 / 3, 12);
  });

  test('perplexity is the exponential of the mean loss of all but the first, and leaves no tensor', () => {
    const ids = Array.from('to route or not to route', (letter) => letter.charCodeAt(0));
    expectNoLeak(() => {
      const { losses, loss, perplexity, tokens } = models.perplexity(model, ids, { window: 8, stride: 4 });
      expect(tokens).toBe(ids.length - 1);
      expect(losses).toHaveLength(tokens);
      expect(loss).toBeCloseTo(losses.reduce((sum, each) => sum + each, 0) / tokens, 9);
      expect(perplexity).toBeCloseTo(Math.exp(loss), 9);
      // The first window scores all that it holds, the next what is new, with four before it.
      const alone = models.perplexity(model, ids.slice(4, 12), { window: 8, stride: 4 });
      expectClose(losses.subarray(7, 11), alone.losses.subarray(3), 1e-5);
      expect(models.perplexity(model, 'to route or not to route', { window: 8, stride: 4 }).losses).toEqual(losses);
    });
  });

  test('refusals', () => {
    expect(() => models.perplexity(model, [1, 256])).toThrow(refusal('models.perplexity: ids must be an integer 0..255, got 256')); // prettier-ignore
    const plain = smallModel();
    expect(() => models.perplexity(plain, 'text')).toThrow(refusal('models.perplexity: a text needs a model with a tokenizer; give ids, got string')); // prettier-ignore
    plain.dispose();
    expect(() => models.perplexity(model, [1])).toThrow(
      'models.perplexity: the text must have at least 2 tokens, got 1'
    );
  });

  test('routers say the probabilities of each token, in order of depth', () => {
    const deep = smallModel({ layers: 2 });
    const ids = tf.tensor2d([[1, 2, 3]], [1, 3], 'int32');
    expectNoLeak(() => {
      const found = analysis.routerProbs(deep, ids);
      expect(found.map(({ path, router }) => [path, router])).toEqual([['layers.0.moe', 'top-k'], ['layers.1.moe', 'top-k']]); // prettier-ignore
      const inputs = analysis.inputsOf(deep, ids);
      inputs.forEach(({ layer, tokens }, i) => {
        const ctx = core.Context.create();
        expect(found[i].probs).toEqual(tf.tidy(() => layer.router.route(tokens, ctx).probs.arraySync()));
        ctx.dispose();
        tokens.dispose();
      });
    });
    ids.dispose();
    deep.dispose();
  });
});

test('a law that leaves something out says how much: the root of the mean square', () => {
  // ln L over two sizes and two numbers of experts, off a plane by 0.1 with the signs of an interaction: no plane comes nearer.
  const samples = [
    [0, 0, 0.1],
    [0, 1, -0.1],
    [1, 0, -0.1],
    [1, 1, 0.1]
  ].map(([n, e, off]) => ({
    // prettier-ignore
    ...{ params: Math.exp(n), experts: Math.exp(e), loss: Math.exp(1 - 0.5 * n - 0.25 * e + off) }
  }));
  const separable = analysis.scalingLaw(samples, { fit: 'separable' });
  expect(separable.rootMeanSquare).toBeCloseTo(0.1, 9);
  expectClose([separable.a, separable.b, separable.c, separable.d], [-0.5, -0.25, 0, 1], 1e-9);
  const whole = analysis.scalingLaw(samples);
  expect(whole.rootMeanSquare).toBeLessThan(1e-9);
  expect(whole.c).toBeCloseTo(0.4, 9);
  for (const wrong of [{ params: 0 }, { experts: 0.5 }, { loss: 0 }]) {
    expect(() => analysis.scalingLaw([...samples, { ...samples[0], ...wrong }])).toThrow(
      'moe.analysis.scalingLaw: samples must have params > 0, experts >= 1 and loss > 0, got'
    );
  }
  expect(() => analysis.scalingLaw(samples.slice(1))).toThrow(
    'moe.analysis.scalingLaw: needs at least 4 samples, got 3'
  );
});

test('an alarm: exactly the floor is no collapse, and a fall is from the best, not from all', () => {
  // Two of four experts in use is a share of a half.
  const even = analysis.collapseAlarm({ k: 1, floor: 0.5, fall: 1, warmup: 0, halfLife: 1 });
  expect(even.observe([1, 1, 0, 0])).toEqual({ step: 0, effectiveExperts: 0.5, alarm: null });
  const options = { k: 1, floor: 0, fall: 0.5, warmup: 0, halfLife: 1 };
  const falling = analysis.collapseAlarm(options);
  falling.observe([1, 1, 0, 0]);
  // Shares of 2.5 and 0.5: 1 / (25 + 1) * 36 = 1.385 of four, which is more than half of the best two.
  expect(falling.observe([2, 0, 0, 0])).toMatchObject({ step: 1, alarm: null });
  for (const [name, value, rule] of [
    ['k', 0, 'an integer of at least 1'],
    ['halfLife', 0.5, 'a number of at least 1'],
    ['floor', 2, 'a number 0..1'],
    ['fall', -1, 'a number 0..1'],
    ['warmup', -1, 'an integer of at least 0']
  ] as const) {
    // prettier-ignore
    expect(() => analysis.collapseAlarm({ ...options, [name]: value })).toThrow(refusal(`moe.analysis.collapseAlarm: ${name} must be ${rule}, got ${value}`)); // prettier-ignore
  }
});
