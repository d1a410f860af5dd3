import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { dense } from '../support/graphs';
import { ITEMS, market, USERS } from '../support/market';
import { embeddingsOf, lightRecall } from '../support/marketRecall';
import { expectClose } from '../support/numeric';

const GRAPH = core.stateKey<graph.Graph>('graph');

describe('LightGCN', () => {
  test('[lightgcn] K steps give the sum of alpha_k A^k E, and embeddings are all that is learnt', () => {
    const { shown } = market(1);
    const g = graph.fromEdges({ numNodes: USERS + ITEMS, edges: shown, undirected: true });
    const alphas = [0.1, 0.5, -0.3, 0.7];
    const model = models.lightGcn({ numNodes: USERS + ITEMS, width: 5, layers: 3, alphas, seed: 2 });
    expect([...model.parameters().keys()]).toEqual(['nodes.weight']);
    tf.tidy(() => {
      const E = model.parameters().get('nodes.weight')!.read() as tf.Tensor2D;
      // 1 / sqrt(d_u d_i), of degrees that are counted anew.
      const counts = new Array<number>(USERS + ITEMS).fill(0);
      shown.forEach((pair) => pair.forEach((node) => counts[node]++));
      const weights = Array.from(g.sources, (source, edge) => 1 / Math.sqrt(counts[source] * counts[g.targets[edge]]));
      const A = tf.tensor2d(dense(g, weights));
      const powers = [E, A.matMul(E), A.matMul(A.matMul(E)), A.matMul(A.matMul(A.matMul(E)))];
      const wanted = tf.addN(powers.map((each, k) => each.mul(alphas[k]))) as tf.Tensor2D;
      const all = embeddingsOf(model, g);
      expectClose(all, wanted, 1e-5);
      const ctx = core.Context.create();
      ctx.setState(GRAPH, g);
      const [u, i] = [3, 77];
      const score = model.apply(tf.tensor2d([[u, i]], [1, 2], 'int32'), ctx);
      expectClose(
        score,
        wanted
          .slice([u, 0], [1, -1])
          .mul(wanted.slice([i, 0], [1, -1]))
          .sum()
          .expandDims(),
        1e-5
      );
      ctx.dispose();
    });
    model.dispose();
    expect(() => models.lightGcn({ numNodes: 3, width: 2, layers: 1, alphas: [NaN, 1] })).toThrow('models.lightGcn: alphas must be a number'); // prettier-ignore
    expect(() => models.lightGcn({ numNodes: 3, width: 2, layers: 2, alphas: [1] })).toThrow('models.lightGcn: alphas must be 3, got 1'); // prettier-ignore
  });

  test('[lightgcn] propagation finds more of what users choose than factors alone, on noisy blocks, at equal steps', () => {
    const seeds = [1, 2, 3];
    const gains = seeds.map((seed) => lightRecall(3, seed, 80) - lightRecall(0, seed, 80));
    gains.forEach((gain) => expect(gain).toBeGreaterThan(0.02));
  });
});
