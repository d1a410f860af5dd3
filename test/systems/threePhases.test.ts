import { core, moe, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { SHORT, smallModel, smallText } from '../support/runs';

const { analysis } = moe;

/** Shares of each unit's choices drawn from a load; [U * E]. */
function draw(load: ArrayLike<number>, { units = 50, choices = 400, seed = 0 } = {}): number[] {
  const counts = new Array<number>(units * load.length).fill(0);
  for (let u = 0; u < units; u++) {
    const next = core.Random.fromSeed(seed).child(u).generator();
    for (let c = 0; c < choices; c++) {
      let left = next();
      const expert = Array.from(load).findIndex((share) => (left -= share) < 0);
      counts[u * load.length + (expert < 0 ? load.length - 1 : expert)]++;
    }
  }
  return counts;
}

const softmax = (logits: readonly number[]) => {
  const exps = logits.map(Math.exp);
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((x) => x / sum);
};

const l1 = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, x, e) => sum + Math.abs(x - b[e]), 0);

/** Normal by the sum of twelve uniforms: quality of 16 experts, deviation 1. */
function qualities(seed: number, numExperts = 16): number[] {
  const next = core.Random.fromSeed(seed).child('quality').generator();
  return Array.from({ length: numExperts }, () => Array.from({ length: 12 }, () => next()).reduce((a, b) => a + b) - 6);
}

describe('[three-phases-of-expert-routing]', () => {
  test.each([5, 14, 36])('a planted gamma of %d is recovered within a tenth, and lies in the interval', (gamma) => {
    let covered = 0;
    for (let seed = 0; seed < 10; seed++) {
      const types = [{ weight: 1, quality: qualities(seed) }];
      const counts = draw(analysis.equilibrium(types, gamma), { seed });
      const { gammaEff } = analysis.congestion(counts, { types });
      expect(Math.abs(gammaEff.value / gamma - 1)).toBeLessThan(0.1);
      covered += gammaEff.low <= gamma && gamma <= gammaEff.high ? 1 : 0;
    }
    // 95 % intervals: at most 2 of 10 miss with probability 0.99.
    expect(covered).toBeGreaterThanOrEqual(8);
  });

  test('near balance it is softmax at temperature 1 + gamma / E', () => {
    const numExperts = 16;
    for (const gamma of [4, 16, 64]) {
      const quality = qualities(1).map((q) => 0.1 * q);
      const temperature = 1 + gamma / numExperts;
      const counts = draw(softmax(quality.map((q) => q / temperature)), { units: 200, choices: 5000 });
      const fit = analysis.congestion(counts, { types: [{ weight: 1, quality }], resamples: 50 });
      // Experts differ by 10 %, so the next order of the expansion is below 10 % too.
      const width = Math.max(0.1 * gamma, fit.gammaEff.high - fit.gammaEff.low);
      expect(Math.abs(fit.gammaEff.value - gamma)).toBeLessThan(width);
      expect(l1(fit.load, fit.softmax.load)).toBeLessThan(0.002);
      expect(Math.abs(fit.l1 - fit.softmax.l1)).toBeLessThan(0.002);
    }
  });

  test('a planted temperature is recovered', () => {
    const quality = qualities(2);
    const load = softmax(quality.map((q) => q / 2.5));
    const { softmax: fit } = analysis.congestion(draw(load, { units: 100, choices: 1000 }), {
      types: [{ weight: 1, quality }],
      resamples: 10
    });
    expect(Math.abs(fit.temperature / 2.5 - 1)).toBeLessThan(0.03);
    expect(fit.l1).toBeLessThan(0.02);
  });

  test('types of tokens predict a new load better than their mean', () => {
    const ratios = Array.from({ length: 5 }, (_, seed) => {
      // Three kinds of tokens with their own experts.
      const types = [0.5, 0.3, 0.2].map((weight, t) => ({
        weight,
        quality: qualities(10 * seed + t).map((q) => 2 * q)
      }));
      const load = analysis.equilibrium(types, 10);
      const seen = draw(load, { seed: 2 * seed });
      const unseen = draw(load, { seed: 2 * seed + 1 });
      const shares = load.map((_m, e) => unseen.filter((_c, i) => i % 16 === e).reduce((a, b) => a + b) / (50 * 400));
      const mean = Array.from(load, (_m, e) =>
        types.reduce((sum, { weight, quality }) => sum + weight * quality[e], 0)
      );
      const single = analysis.congestion(seen, { types: [{ weight: 1, quality: mean }], resamples: 10 });
      const multi = analysis.congestion(seen, { types, resamples: 10 });
      return l1(multi.load, shares) / l1(single.load, shares);
    });
    ratios.forEach((ratio) => expect(ratio).toBeLessThan(0.7));
  });

  test('over the checkpoints of a small character model, with intervals', async () => {
    const text = smallText();
    const checkpoints: { step: number; gammaEff: moe.analysis.Estimate }[] = [];
    const batches = text.validationBatches({ batchSize: 4, length: 16, count: 16 });
    for (const step of [1, 20, 40, 80]) {
      // The same run, stopped earlier: the learning rate does not depend on its end.
      const model = smallModel();
      await train.fit(model, text, { ...SHORT, steps: step, warmup: 0, schedule: 'constant', evaluateEvery: 0 });
      const logits: number[] = [];
      const counts: number[] = [];
      for (const { tokens, batchSize, length } of batches) {
        const ids = tf.tidy(() =>
          tf.tensor2d(tokens, [batchSize, length + 1], 'int32').slice([0, 0], [batchSize, length])
        );
        const [{ layer, tokens: inputs }] = analysis.inputsOf(model, ids);
        const routing = tf.tidy(() => {
          const { indices, logits: scores } = layer.router.route(inputs, core.Context.create()) as {
            indices: tf.Tensor2D;
            logits: tf.Tensor2D;
          };
          return { chosen: indices.dataSync(), scores: scores.dataSync() };
        });
        logits.push(...routing.scores);
        counts.push(...[0, 1, 2, 3].map((e) => routing.chosen.filter((i) => i === e).length));
        tf.dispose([ids, inputs]);
      }
      const types = analysis.tokenTypes(logits, { numExperts: 4, types: 4 });
      checkpoints.push({ step, gammaEff: analysis.congestion(counts, { types, resamples: 100 }).gammaEff });
      model.dispose();
    }
    for (const { gammaEff } of checkpoints) {
      expect(gammaEff.value).toBeGreaterThanOrEqual(0);
      expect(gammaEff.low).toBeLessThanOrEqual(gammaEff.value);
      expect(gammaEff.high).toBeGreaterThanOrEqual(gammaEff.value);
    }
    const { phases } = analysis.phases(checkpoints);
    // The surge is there; a run this short has no relaxation.
    expect(checkpoints[3].gammaEff.low).toBeGreaterThan(checkpoints[0].gammaEff.high);
    expect(phases.some(({ kind }) => kind === 'surge')).toBe(true);
    expect(phases[0].from).toBe(1);
    expect(phases.at(-1)?.to).toBe(80);
  });
});
