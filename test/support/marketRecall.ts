import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { ITEMS, market, recallOf, USERS } from './market';
import { minimise } from './regression';

const GRAPH = core.stateKey<graph.Graph>('graph');

/** Embeddings after propagation. */
export function embeddingsOf(model: models.LightGCN, g: graph.Graph): tf.Tensor2D {
  const ctx = core.Context.create();
  ctx.setState(GRAPH, g);
  const all = tf.tidy(() => model.embeddings(ctx));
  ctx.dispose();
  return all;
}

/** Share of what is held back that is among the twenty best of what was not shown, after so many steps of BPR. */
export function lightRecall(layers: number, seed: number, steps: number): number {
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
  minimise(model, loss, { steps, learningRate: 0.02, seed });
  const all = embeddingsOf(model, g);
  const share = recallOf(all, { shown, held });
  [all, model].forEach((each) => each.dispose());
  return share;
}

/** The same after steps of the loss of UltraGCN with these weights and so many items that go with each, on embeddings alone. */
export function ultraRecall(
  { k = 5, ...weights }: { constraint?: number; similarity?: number; k?: number },
  seed: number,
  steps: number
): number {
  const { shown, held } = market(seed);
  const g = graph.fromEdges({ numNodes: USERS + ITEMS, edges: shown, undirected: true });
  const similar = graph.recommend.coOccurrence(g, { users: USERS, k });
  const model = models.lightGcn({ numNodes: USERS + ITEMS, width: 16, layers: 0, seed });
  const next = core.Random.fromSeed(seed + 100).generator();
  const loss = (ctx: core.Context): tf.Tensor => {
    ctx.setState(GRAPH, g);
    const negatives = shown.map(([user]) => [user, USERS + Math.floor(next() * ITEMS)] as const);
    return graph.recommend.ultraLoss(model.embeddings(ctx), {
      graph: g,
      positives: shown,
      negatives,
      similar,
      ...weights
    });
  };
  minimise(model, loss, { steps, learningRate: 0.02, seed });
  const share = tf.tidy(() => recallOf(model.parameters().get('nodes.weight')!.read() as tf.Tensor2D, { shown, held }));
  model.dispose();
  return share;
}
