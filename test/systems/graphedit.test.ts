import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';
import { LENGTH, textGraph, VOCAB } from '../support/textTopics';
import { accuracyOf } from '../support/trainNodes';

describe('GraphEdit', () => {
  test('[graphedit] a judge of texts, tuned on pairs of a few known nodes: injected edges go, those that come join one class, and a graph network gains', () => {
    const data = textGraph([[0], [1], [2], [3]], { size: 30, within: 0.08, between: 0, noise: 0.4, seed: 4 });
    const { texts, labels, g } = data;
    const next = core.Random.fromSeed(5).generator();
    const pick = (): number => Math.floor(next() * texts.length);
    // As many edges between classes as there are within.
    const wrong: [number, number][] = [];
    while (wrong.length < g.numEdges / 2) {
      const [i, j] = [pick(), pick()];
      if (labels[i] !== labels[j]) {
        wrong.push([i, j]);
      }
    }
    const right = Array.from(g.sources, (source, e) => [source, g.targets[e]] as [number, number]).filter(([i, j]) => i < j); // prettier-ignore
    const bag = texts.map((text) => Array.from({ length: VOCAB }, (_, token) => text.filter((own) => own === token).length)); // prettier-ignore
    const noisy = graph.fromEdges({ numNodes: texts.length, edges: [...right, ...wrong], undirected: true, nodeFeatures: bag }); // prettier-ignore
    const known = texts.map((_, i) => i).filter((i) => i % 3 === 0);
    const judge = new models.TextPairJudge({ vocabSize: VOCAB, length: LENGTH, width: 16, layers: 1, heads: 2, seed: 1 }); // prettier-ignore
    minimise(judge, (ctx, step) => {
      const draw = core.Random.fromSeed(step + 1).generator();
      const from = (of: readonly number[]): number => of[Math.floor(draw() * of.length)];
      // Half of the questions are of one class.
      const pairs = Array.from({ length: 64 }, (_, i) => {
        const a = from(known);
        return [a, from(known.filter((b) => (labels[a] === labels[b]) === (i % 2 === 0)))] as const;
      });
      const wanted = tf.tensor1d(pairs.map(([a, b]) => Number(labels[a] === labels[b])));
      const logits = judge.logits(pairs.map(([a, b]) => [texts[a], texts[b]]), ctx); // prettier-ignore
      return logits.softplus().sub(logits.mul(wanted)).mean();
    }, { steps: 150, learningRate: 0.01 }); // prettier-ignore
    const probability = (pairs: readonly (readonly [number, number])[]): Float32Array => {
      const both = tf.tidy(() => {
        const of = (swap: boolean): tf.Tensor => judge.logits(pairs.map(([a, b]) => (swap ? [texts[b], texts[a]] : [texts[a], texts[b]])), core.Context.create()); // prettier-ignore
        return of(false).add(of(true)).div(2).sigmoid();
      });
      const found = both.dataSync<'float32'>().slice();
      both.dispose();
      return found;
    };
    const predictor = graph.edgePredictor(noisy, { seed: 1, dim: 8, steps: 40 });
    const rows = tf.tensor2d(bag);
    const scores = predictor.scores(rows);
    const candidates = scores.flatMap((row, i) => row.map((_, j) => j).filter((j) => j !== i).sort((a, b) => row[b] - row[a]).slice(0, 3).map((j) => [i, j] as const)); // prettier-ignore
    const { graph: refined, report } = graph.rewire.judged(noisy, { judge: probability, candidates, drop: 0.5, add: 0.8 }); // prettier-ignore
    const share = (edges: readonly { source: number; target: number }[], same: boolean): number => edges.filter(({ source, target }) => (labels[source] === labels[target]) === same).length; // prettier-ignore
    const distinct = new Set(wrong.map(([i, j]) => `${Math.min(i, j)} ${Math.max(i, j)}`)).size;
    const tested = texts.map((_, i) => i).filter((i) => i % 3 !== 0);
    const accuracy = [noisy, refined].map((of) => accuracyOf(of, { labels, known, tested, steps: 30 }));
    const found = { gone: share(report.removed, false) / distinct, kept: 1 - share(report.removed, true) / right.length, precision: share(report.added, true) / report.added.length, added: report.added.length, accuracy }; // prettier-ignore
    expect(found.gone).toBeGreaterThan(0.7);
    expect(found.precision).toBeGreaterThan(0.7);
    expect(report.added.length).toBeGreaterThan(10);
    expect(accuracy[1]).toBeGreaterThan(accuracy[0] + 0.05);
    expectNoLeak(() => void probability([[0, 1]]));
    expect(() => judge.logits([[[1], [2]]], core.Context.create())).toThrow('models.TextPairJudge: texts must be of 6 tokens 0..59, got [1]'); // prettier-ignore
    [judge, rows].forEach((each) => each.dispose());
    predictor.dispose();
  });
});
