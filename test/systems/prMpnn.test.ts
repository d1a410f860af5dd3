import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../support/numeric';

const { kSubset, kSubsetMarginals, probabilistic } = graph.rewire;
const LOGITS = [0.3, -1.2, 0.8, 2, -0.5, 0];

/** Subsets of k of n items. */
function subsets(n: number, k: number): number[][] {
  return Array.from({ length: 1 << n }, (_, mask) => Array.from({ length: n }, (_unused, i) => i).filter((i) => mask & (1 << i))).filter((set) => set.length === k); // prettier-ignore
}

function enumerated(logits: readonly number[], k: number): { sets: number[][]; p: number[]; marginals: number[] } {
  const sets = subsets(logits.length, k);
  const weights = sets.map((set) => Math.exp(set.reduce((sum, i) => sum + logits[i], 0)));
  const total = weights.reduce((a, b) => a + b, 0);
  const p = weights.map((weight) => weight / total);
  return {
    sets,
    p,
    marginals: logits.map((_, i) => sets.reduce((sum, set, s) => sum + (set.includes(i) ? p[s] : 0), 0))
  };
}

describe('[pr-mpnn]', () => {
  test.each([0, 1, 2, 3, 5, 6])('marginals of %d of 6 equal enumeration', (k) => {
    const scores = tf.tensor1d(LOGITS);
    const { marginals } = enumerated([...scores.dataSync()], k);
    kSubsetMarginals(scores, k).forEach((value, i) => expect(value).toBeCloseTo(marginals[i], 10));
    scores.dispose();
  });

  test('each of the 15 subsets of 2 of 6 comes as often as its probability says, and always has 2', () => {
    const { sets, p } = enumerated(LOGITS, 2);
    const counts = new Map<string, number>();
    const draws = 4000;
    expectNoLeak(() => {
      const scores = tf.tensor1d(LOGITS);
      for (let i = 0; i < draws; i++) {
        const mask = kSubset(scores, { k: 2, random: core.Random.fromSeed(i) });
        const chosen = [...mask.dataSync()].flatMap((value, at) => (value === 1 ? [at] : []));
        counts.set(chosen.join(), (counts.get(chosen.join()) ?? 0) + 1);
        mask.dispose();
      }
      scores.dispose();
    });
    const chi = sets.reduce((sum, set, s) => sum + ((counts.get(set.join()) ?? 0) - draws * p[s]) ** 2 / (draws * p[s]), 0); // prettier-ignore
    expect([...counts.values()].reduce((a, b) => a + b, 0)).toBe(draws);
    expect([...counts.keys()].every((key) => key.split(',').length === 2)).toBe(true);
    // 99.9 % of a chi-square of 14 degrees of freedom.
    expect(chi).toBeLessThan(36.1);
  });

  test('the gradient is that of the marginals: finite differences, and 0 where the sum is asked for', () => {
    expectNoLeak(() => {
      const scores = tf.tensor1d(LOGITS);
      const cotangent = [1, -2, 0.5, 3, 0, 1];
      const slope = tf.tidy(() => [...tf.grad((x) => kSubset(x as tf.Tensor1D, { k: 2, random: core.Random.fromSeed(0) }).mul(tf.tensor1d(cotangent)).sum())(scores).dataSync()]); // prettier-ignore
      const value = (at: number, by: number): number => enumerated(LOGITS.map((logit, i) => logit + (i === at ? by : 0)), 2).marginals.reduce((sum, m, i) => sum + m * cotangent[i], 0); // prettier-ignore
      slope.forEach((found, i) => expect(found).toBeCloseTo((value(i, 1e-5) - value(i, -1e-5)) / 2e-5, 5));
      const none = tf.tidy(() => [...tf.grad((x) => kSubset(x as tf.Tensor1D, { k: 2, random: core.Random.fromSeed(0) }).sum())(scores).dataSync()]); // prettier-ignore
      none.forEach((found) => expect(found).toBeCloseTo(0, 6));
      scores.dispose();
    });
  });

  test('scores far apart neither overflow nor underflow', () => {
    const scores = tf.tensor1d([900, -900, 900, 0]);
    expect([...kSubsetMarginals(scores, 2)].map((value) => Math.round(1e6 * value) / 1e6)).toEqual([1, 0, 1, 0]);
    scores.dispose();
  });

  test('learned scores find the edges that the task needs: no error, where the fixed graph and drawn edges leave one', () => {
    // Node 9 of a path is to hold what nodes 0 and 4 hold, after one mean over neighbours scaled by two unknown factors; 36 candidates, 2 edges.
    const g = graph.generators.path({ nodes: 10 });
    const candidates = graph.splits.negatives(g, { count: 36, seed: 0 }).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const needed = ['0 9', '4 9'];
    const into = candidates.map(([i, j]) => (j === 9 ? i : -1));
    const random = core.Random.fromSeed(3);
    const error = (mask: tf.Tensor1D, x: tf.Tensor2D): tf.Scalar => {
      // What reaches node 9: a sum over the chosen edges, and its neighbour 8 as ever.
      const columns = tf.stack(into.map((node) => (node < 0 ? tf.zeros([x.shape[0]]) : x.slice([0, node], [-1, 1]).reshape([-1])))); // prettier-ignore
      const heard = mask
        .reshape<tf.Tensor2D>([1, -1])
        .matMul<tf.Tensor2D>(columns as tf.Tensor2D)
        .reshape([-1]);
      const wanted = x
        .slice([0, 0], [-1, 1])
        .add(x.slice([0, 4], [-1, 1]))
        .reshape([-1]);
      return heard.sub(wanted).square().mean();
    };
    const measure = (mask: ArrayLike<number>): number => tf.tidy(() => error(tf.tensor1d(Array.from(mask)), random.child('test').normal([64, 10]) as tf.Tensor2D).dataSync()[0]); // prettier-ignore
    let scores: tf.Tensor1D = tf.zeros([36]);
    for (let step = 0; step < 150; step++) {
      const next = tf.tidy(() => {
        const x = random.child(step).normal([16, 10]) as tf.Tensor2D;
        const slope = tf.grad((s) => error(kSubset(s as tf.Tensor1D, { k: 2, random: random.child('draw').child(step) }), x))(scores); // prettier-ignore
        return scores.sub<tf.Tensor1D>(slope.mul(1));
      });
      scores.dispose();
      scores = next;
    }
    const learned = [...scores.dataSync()];
    scores.dispose();
    const { report } = probabilistic(g, { k: 2, candidates, scores: learned });
    expect(report.added.map(({ source, target }) => `${source} ${target}`).sort()).toEqual(needed);
    expect(report.criterionMet).toEqual({ met: 2, of: 2 });
    const maskOf = (added: readonly { source: number; target: number }[]): number[] => candidates.map(([i, j]) => Number(added.some(({ source, target }) => source === i && target === j))); // prettier-ignore
    expect(measure(maskOf(report.added))).toBeLessThan(1e-10);
    expect(measure(new Array<number>(36).fill(0))).toBeGreaterThan(1);
    const drawn = [0, 1, 2, 3, 4].map((seed) =>
      measure(maskOf(probabilistic(g, { k: 2, candidates, seed }).report.added))
    );
    drawn.forEach((value) => expect(value).toBeGreaterThan(0.5));
  });

  test('what is refused', () => {
    const scores = tf.tensor1d([1, NaN]);
    const random = core.Random.fromSeed(0);
    expect(() => kSubset(scores, { k: 1, random })).toThrow('graph.rewire.kSubset: score 1 must be finite, got NaN');
    expect(() => kSubset(scores, { k: 3, random })).toThrow('graph.rewire.kSubset: k must be an integer 0..2, got 3');
    scores.dispose();
    const g = graph.generators.path({ nodes: 3 });
    expect(() => probabilistic(g, { k: 1, candidates: [[0, 1]] })).toThrow('graph.rewire.probabilistic: candidates must be different pairs that no edge joins, got [0,1]'); // prettier-ignore
    expect(() => probabilistic(g, { k: 2, candidates: [[0, 2]] })).toThrow('graph.rewire.probabilistic: k must be an integer 0..1, got 2'); // prettier-ignore
    expect(() => probabilistic(g, { k: 1, scores: [1, 2] })).toThrow('there must be a score for each of the 1 candidates, got 2'); // prettier-ignore
  });
});
