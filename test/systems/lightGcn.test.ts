import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { dense } from '../support/graphs';
import { expectClose } from '../support/numeric';
import { minimise } from '../support/regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
const [USERS, ITEMS, BLOCKS, SHOWN] = [60, 90, 3, 30];

/** Users choose most often items of their own block: some choices are shown, as many held back. */
function market(seed: number): { shown: [number, number][]; held: Map<number, number[]> } {
  const next = core.Random.fromSeed(seed).generator();
  const shown: [number, number][] = [];
  const held = new Map<number, number[]>();
  for (let user = 0; user < USERS; user++) {
    const chosen = new Set<number>();
    while (chosen.size < 16) {
      const block = next() < 0.85 ? user % BLOCKS : Math.floor(next() * BLOCKS);
      chosen.add(block + BLOCKS * Math.floor((next() * ITEMS) / BLOCKS));
    }
    const items = [...chosen];
    items.slice(0, 6).forEach((item) => shown.push([user, USERS + item]));
    held.set(user, items.slice(6).map((item) => USERS + item)); // prettier-ignore
  }
  return { shown, held };
}

function embeddingsOf(model: models.LightGCN, g: graph.Graph): tf.Tensor2D {
  const ctx = core.Context.create();
  ctx.setState(GRAPH, g);
  const all = tf.tidy(() => model.embeddings(ctx));
  ctx.dispose();
  return all;
}

/** Share of what is held back that is among the twenty best of what was not shown, after so many steps of BPR. */
function recall(layers: number, seed: number): number {
  const { shown, held } = market(seed);
  const g = graph.fromEdges({ numNodes: USERS + ITEMS, edges: shown, undirected: true });
  const model = models.lightGcn({ numNodes: USERS + ITEMS, width: 16, layers, seed });
  const next = core.Random.fromSeed(seed + 100).generator();
  const loss = (ctx: core.Context): tf.Tensor => {
    const other = shown.map(([user]) => [user, USERS + Math.floor(next() * ITEMS)]);
    ctx.setState(GRAPH, g);
    const score = (pairs: number[][]): tf.Tensor => model.apply(tf.tensor2d(pairs, [pairs.length, 2], 'int32'), ctx);
    return score(shown).sub(score(other)).neg().softplus().mean();
  };
  minimise(model, loss, { steps: 80, learningRate: 0.02, seed });
  const all = embeddingsOf(model, g);
  const scores = tf.tidy(() => tf.matMul(all.slice([0, 0], [USERS, -1]), all, false, true).arraySync() as number[][]);
  [all, model].forEach((each) => each.dispose());
  const seen = new Set(shown.map(([user, item]) => user * 1000 + item));
  const shares = scores.map((row, user) => {
    const items = Array.from({ length: ITEMS }, (_, i) => USERS + i).filter((item) => !seen.has(user * 1000 + item));
    const best = new Set(items.sort((a, b) => row[b] - row[a]).slice(0, SHOWN - 10));
    const wanted = held.get(user)!;
    return wanted.filter((item) => best.has(item)).length / wanted.length;
  });
  return shares.reduce((a, b) => a + b, 0) / USERS;
}

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
    const gains = seeds.map((seed) => recall(3, seed) - recall(0, seed));
    gains.forEach((gain) => expect(gain).toBeGreaterThan(0.02));
  });
});
