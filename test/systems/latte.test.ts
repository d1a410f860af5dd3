import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { passOn } from '../support/graphs';
import { expectGradients, spread } from '../support/gradients';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
const [A, B, C] = [40, 40, 40];

/** Nodes of three kinds. A node of the last is told by what lies behind two edges, of type 0 and then of type 1; edges of type 2 and what lies behind them say nothing. */
function typed(seed: number) {
  const next = core.Random.fromSeed(seed).generator();
  const pick = (from: number, count: number): number => from + Math.floor(next() * count);
  const edges: [number, number, number][] = [];
  for (let i = 0; i < B; i++) {
    edges.push([pick(0, A), A + i, 0], [pick(0, A), A + i, 2]);
  }
  for (let i = 0; i < C; i++) {
    edges.push([pick(A, B), A + B + i, 1], [pick(A, B), A + B + i, 2]);
  }
  const g = graph.fromEdges({ numNodes: A + B + C, edges: edges.map(([u, v]) => [u, v] as const), edgeTypes: edges.map(([, , type]) => type) }); // prettier-ignore
  const bits = Array.from({ length: A }, () => Number(next() < 0.5));
  const noise = Array.from({ length: A + B + C }, () => next() - 0.5);
  const x = tf.tensor2d(noise.map((value, node) => [node < A ? 2 * bits[node] - 1 : 0, value]));
  const before = (node: number, type: number): number => edges.find(([, v, of]) => v === node && of === type)![0];
  const labels = Int32Array.from({ length: C }, (_, i) => bits[before(before(A + B + i, 1), 0)]);
  return { g, x, labels };
}

const last = (y: tf.Tensor): tf.Tensor => y.slice([A + B, 0], [C, -1]);

/** Share of right answers on another graph after training, and the mean attention of the nodes that are asked. */
function learnt(orders: number): { right: number; shares: number[][] } {
  const [seen, unseen] = [typed(1), typed(2)];
  const random = core.Random.fromSeed(3);
  const model = new graph.MetaRelations({ inputWidth: 2, outputWidth: 6, relations: 3, orders, random });
  const head = new layers.Linear({ inputWidth: 6 * orders, outputWidth: 2, random });
  const whole = new layers.Sequential([model, head]);
  const logits = ({ g, x }: typeof seen, ctx: core.Context): tf.Tensor => {
    ctx.setState(GRAPH, g);
    return last(head.apply(model.apply(x, ctx), ctx));
  };
  const classes = tf.oneHot(tf.tensor1d(seen.labels, 'int32'), 2);
  minimise(whole, (ctx) => logits(seen, ctx).logSoftmax().mul(classes).sum(1).mean().neg(), { steps: 60, learningRate: 0.04 }); // prettier-ignore
  const found = tf.tidy(() => logits(unseen, core.Context.create()).argMax(1).dataSync());
  const shares = tf.tidy(() => {
    const ctx = core.Context.create();
    ctx.setState(GRAPH, unseen.g);
    return model.states(unseen.x, ctx).shares.map((each) => [...last(each).mean(0).dataSync()]);
  });
  tf.dispose([classes, seen.x, unseen.x]);
  whole.dispose();
  return { right: [...found].filter((each, i) => each === unseen.labels[i]).length / C, shares };
}

describe('LATTE', () => {
  test('[latte] edges of a meta-relation are its paths, in their order, with how many there are', () => {
    const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [0, 2], [1, 3], [2, 3], [3, 4], [2, 4]], edgeTypes: [0, 0, 1, 1, 0, 0] }); // prettier-ignore
    const listed = (of: graph.Graph): string[] => Array.from(of.sources, (source, e) => `${source} ${of.targets[e]} ${of.weightOf(e)}`); // prettier-ignore
    expect(listed(graph.composed(g, [0, 1]))).toEqual(['0 3 2']);
    expect(listed(graph.composed(g, [1, 0])).sort()).toEqual(['1 4 1', '2 4 1']);
    expect(listed(graph.composed(g, [0, 0]))).toEqual(['0 4 1']);
    expect(listed(graph.composed(g, [1, 1]))).toEqual([]);
    expect(listed(graph.composed(g, [0, 1, 0]))).toEqual(['0 4 2']);
    const weighted = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [0, 2], [1, 3], [2, 3]], edgeTypes: [0, 0, 1, 1], weights: [1, 2, 3, 4] }); // prettier-ignore
    expect(listed(graph.composed(weighted, [0, 1]))).toEqual(['0 3 11']);
    expect(() => graph.composed(graph.generators.path({ nodes: 2 }), [0])).toThrow('graph.composed: edges must have types, and a relation must be named, got no types'); // prettier-ignore
  });

  test('[latte] attention sums to one, of what leads to a node alone; a node that nothing leads to hears itself', () => {
    const { g, x } = typed(4);
    const model = new graph.MetaRelations({ inputWidth: 2, outputWidth: 3, relations: 3, random: core.Random.fromSeed(1) }); // prettier-ignore
    expect(model.paths[1].map((path) => path.join('-'))).toEqual(['0-0', '0-1', '0-2', '1-0', '1-1', '1-2', '2-0', '2-1', '2-2']); // prettier-ignore
    tf.tidy(() => {
      const ctx = core.Context.create();
      ctx.setState(GRAPH, g);
      const { shares, orders } = model.states(x, ctx);
      shares.forEach((each) => expectClose(each.sum(1), tf.ones([A + B + C]), 1e-5));
      // First ones hear themselves; the middle is led to by 0 and 2; the last, in two steps, by 0-1, 0-2, 2-1 and 2-2.
      const open = (t: number, node: number): number[] => [...(shares[t].slice([node, 0], [1, -1]).dataSync())].flatMap((share, i) => (share > 1e-6 ? [i] : [])); // prettier-ignore
      expect(open(0, 0)).toEqual([0]);
      expect(open(0, A)).toEqual([0, 1, 3]);
      expect(open(1, A + B)).toEqual([0, 2, 3, 8, 9]);
      const read = (name: string): tf.Tensor => model.parameters().get(name)!.read();
      const own = tf.matMul(x, read('0.own.weight') as tf.Tensor2D).add(read('0.own.bias'));
      expectClose(orders[0].slice([0, 0], [A, -1]), own.slice([0, 0], [A, -1]), 1e-5);
    });
    const few = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [2, 3]], edgeTypes: [0, 1, 2] }); // prettier-ignore
    const rows = spread([4, 2]);
    expectGradients((rows) => passOn(few, model, rows), [rows], 1e-2);
    expectNoLeak(() => passOn(few, model, rows).dispose());
    [x, rows, model].forEach((each) => each.dispose());
    expect(() => new graph.MetaRelations({ inputWidth: 2, outputWidth: 3, relations: 0, random: core.Random.fromSeed(1) })).toThrow('graph.MetaRelations: relations must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[latte] a layer by hand: what is heard is the mean over paths, scores are of both the own and what is heard', () => {
    // Two paths from 0 to 3 and one from 4.
    const edges = [[0, 1], [0, 2], [1, 3], [2, 3], [4, 5], [5, 3]] as const; // prettier-ignore
    const g = graph.fromEdges({ numNodes: 6, edges, edgeTypes: edges.map(() => 0) });
    const model = new graph.MetaRelations({
      inputWidth: 2,
      outputWidth: 2,
      relations: 1,
      random: core.Random.fromSeed(6)
    });
    tf.tidy(() => {
      const x = spread([6, 2]) as tf.Tensor2D;
      const ctx = core.Context.create();
      ctx.setState(GRAPH, g);
      const map = (name: string): number[][] => {
        const [weight, bias] = ['weight', 'bias'].map((part) => model.parameters().get(`1.${name}.${part}`)!.read());
        return tf
          .matMul(x, weight as tf.Tensor2D)
          .add<tf.Tensor2D>(bias)
          .arraySync();
      };
      const [own, far] = [map('own'), map('0-0')];
      const heard = [0, 1].map((f) => (2 * far[0][f] + far[4][f]) / 3);
      // So that a score is above 0 by what a node holds itself, and below it by what it hears.
      const [ofOwn, ofHeard] = [own[3].map((value) => 5 * value), heard.map((value) => -value)];
      setValue(model, 'attend1', () => tf.tensor2d([ofOwn, ofHeard]));
      const { orders } = model.states(x, ctx);
      const dot = (a: number[], b: number[]): number => a[0] * b[0] + a[1] * b[1];
      const scores = [own[3], heard].map((row) => dot(own[3], ofOwn) + dot(row, ofHeard)).map((value) => Math.exp(value < 0 ? 0.2 * value : value)); // prettier-ignore
      const wanted = [0, 1].map((f) => (scores[0] * own[3][f] + scores[1] * heard[f]) / (scores[0] + scores[1]));
      expectClose(orders[1].slice([3, 0], [1, 2]), wanted, 1e-5);
    });
    model.dispose();
  });

  test('[latte] what lies behind two relations is found by the second order, which attends most to these two; the first order guesses', () => {
    const [one, two] = [learnt(1), learnt(2)];
    expect(one.right).toBeLessThan(0.7);
    expect(two.right).toBeGreaterThan(0.95);
    // Itself, 0-0, then 0-1.
    expect(two.shares[1].indexOf(Math.max(...two.shares[1]))).toBe(2);
  });
});
