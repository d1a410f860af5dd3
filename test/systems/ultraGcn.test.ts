import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { expectClose, expectNoLeak } from '../support/numeric';
import { ultraRecall } from '../support/marketRecall';

const GRAPH = core.stateKey<graph.Graph>('graph');
/** Three users 0, 1, 2 and three items 3, 4, 5. */
const CHOICES = [[0, 3], [0, 4], [1, 3], [2, 3], [2, 4], [2, 5]] as const; // prettier-ignore
const small = graph.fromEdges({ numNodes: 6, edges: CHOICES, undirected: true });
const similar = graph.recommend.coOccurrence(small, { users: 3, k: 2 });
describe('UltraGCN', () => {
  test('[ultragcn] weights of the constraint and of items that go together, by hand', () => {
    // Degrees of users 2, 1, 3, of items 3, 2, 1.
    const pairs = [[0, 3], [0, 5], [1, 3], [2, 5], [2, 4]] as const; // prettier-ignore
    const wanted = [Math.sqrt(3 / 4) / 2, Math.sqrt(3 / 2) / 2, Math.sqrt(2 / 4), Math.sqrt(4 / 2) / 3, Math.sqrt(4 / 3) / 3]; // prettier-ignore
    expectClose(graph.recommend.constraintWeights(small, pairs), wanted, 1e-6);
    const lonely = graph.fromEdges({ numNodes: 7, edges: CHOICES, undirected: true });
    expect([...graph.recommend.constraintWeights(lonely, [[6, 3]])]).toEqual([0]);
    // G is [[3, 2, 1], [2, 2, 1], [1, 1, 1]]; its row sums are 6, 5 and 3.
    const weightOf = (a: number, b: number): number =>
      similar.weightOf(Array.from(similar.sources).findIndex((source, e) => source === a && similar.targets[e] === b));
    expect(similar.numEdges).toBe(6);
    expect(weightOf(3, 4)).toBeCloseTo((2 / 3) * Math.sqrt(6 / 5), 6);
    expect(weightOf(4, 3)).toBeCloseTo((2 / 3) * Math.sqrt(5 / 6), 6);
    expect(weightOf(5, 3)).toBeCloseTo((1 / 2) * Math.sqrt(3 / 6), 6);
    // Of the two only the one of the largest weight stays.
    const one = graph.recommend.coOccurrence(small, { users: 3, k: 1 });
    expect(Array.from(one.sources, (source, e) => [source, one.targets[e]])).toEqual([[4, 3], [3, 4], [5, 4]]); // prettier-ignore
  });

  test('[ultragcn] the loss by hand: cross entropy of weight 1 + lambda beta, and of what goes with a chosen item', () => {
    tf.tidy(() => {
      const E = spread([6, 2]) as tf.Tensor2D;
      const rows = E.arraySync();
      const score = (a: number, b: number): number => rows[a][0] * rows[b][0] + rows[a][1] * rows[b][1];
      const soft = (x: number): number => Math.log(1 + Math.exp(x));
      const [positives, negatives] = [[[0, 3], [2, 5]], [[1, 4]]] as unknown as [graph.NodePair[], graph.NodePair[]]; // prettier-ignore
      const beta = (pair: graph.NodePair): number => graph.recommend.constraintWeights(small, [pair])[0];
      let wanted = positives.reduce((sum, pair) => sum + (1 + 0.7 * beta(pair)) * soft(-score(...pair)), 0);
      wanted += (1 + 0.7 * beta([1, 4])) * soft(score(1, 4));
      [
        [0, 3],
        [2, 5]
      ].forEach(([user, item]) =>
        similar.sources.forEach((source, e) => {
          wanted += source === item ? 0.4 * similar.weightOf(e) * soft(-score(user, similar.targets[e])) : 0;
        })
      );
      const options = { graph: small, positives, negatives, constraint: 0.7, similar, similarity: 0.4 };
      expectClose(graph.recommend.ultraLoss(E, options), [wanted / 2], 1e-5);
      expectGradients((E) => graph.recommend.ultraLoss(E as tf.Tensor2D, options), [E], 1e-2);
      expectNoLeak(() => void graph.recommend.ultraLoss(E, options), 1);
    });
    expect(() => graph.recommend.ultraLoss(tf.zeros([6, 2]), { graph: small, positives: [], negatives: [] })).toThrow('graph.recommend.ultraLoss: there must be a positive pair, got none'); // prettier-ignore
  });

  test('[ultragcn] no message is passed: a pair moves its own embeddings alone, where propagation moves those of neighbours', () => {
    const moved = (layers: number): number[] => {
      const model = models.lightGcn({ numNodes: 6, width: 4, layers, seed: 1 });
      const { grads, value } = tf.variableGrads(() => {
        const ctx = core.Context.create();
        ctx.setState(GRAPH, small);
        return graph.recommend.ultraLoss(model.embeddings(ctx), { graph: small, positives: [[0, 3]], negatives: [[1, 4]] }); // prettier-ignore
      });
      const norms = tf.tidy(() => [...Object.values(grads)[0].abs().sum(1).dataSync()]);
      tf.dispose([grads, value]);
      model.dispose();
      return [...norms.keys()].filter((node) => norms[node] > 0);
    };
    expect(moved(0)).toEqual([0, 1, 3, 4]);
    expect(moved(2)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('[ultragcn] on noisy blocks items that go together find more of what users choose than cross entropy of chosen pairs alone', () => {
    [1, 2, 3].forEach((seed) => {
      const [full, without] = [1, 0].map((similarity) => ultraRecall({ similarity }, seed, 25));
      expect(full).toBeGreaterThan(without + 0.04);
    });
  });
});
