import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, expectParameterGradients, spread } from '../../../support/gradients';
import { passOn, withGraph } from '../../../support/graphs';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectSaves } from '../../../support/saved';

const H = [[0.8, -0.5, 0.2], [-0.5, 0.3, 0.6], [0.2, 0.6, -1]]; // prettier-ignore
const C: number[] = [0, 1, 2];
/** A path 0 - 1 - 2, and node 3 alone. */
const EDGES = [[0, 1], [1, 2]] as const; // prettier-ignore
const g = graph.fromEdges({ numNodes: 4, edges: EDGES, undirected: true });
const make = (scale: number | 'learnt' = 0.9, random = core.Random.fromSeed(2)): graph.PairwiseMrf => {
  const backbone = new layers.Linear({ inputWidth: 2, outputWidth: 3, random: random.child('backbone') });
  const model = new graph.PairwiseMrf({ backbone, inputWidth: 2, classes: 3, scale, random });
  setValue(model, 'compatibility', () => tf.tensor2d(H));
  return model;
};
const x = spread([4, 2]);
const unary = (model: graph.PairwiseMrf, on = g): number[][] => tf.tidy(() => passOn(on, model, x.slice([0, 0], [on.numNodes, 2])).arraySync() as number[][]); // prettier-ignore
const marginals = (model: graph.PairwiseMrf, known: number[], rounds: number, on = g, from?: Float32Array): Float32Array =>
  withGraph(on, (ctx) => {
    const rows = x.slice([0, 0], [on.numNodes, 2]);
    const found = model.marginals(rows, known, rounds, ctx, from);
    rows.dispose();
    return found;
  }); // prettier-ignore
const NONE = [-1, -1, -1, -1];

describe('Markov random field over classes', () => {
  test('scales of edges: a number for all, or twice the sigmoid of a linear map at either end; the network passes through', () => {
    const [fixed, learnt] = [make(0.9), make('learnt')];
    tf.tidy(() => {
      expectClose(withGraph(g, (ctx) => fixed.scales(x, ctx)), [0.9, 0.9, 0.9, 0.9], 1e-6); // prettier-ignore
      const read = (path: string): number[] => [...learnt.parameters().get(path)!.read().dataSync()];
      const [weight, [bias]] = [read('scale.weight'), read('scale.bias')];
      const own = (x.arraySync() as number[][]).map((row) => 2 / (1 + Math.exp(-(row[0] * weight[0] + row[1] * weight[1] + bias)))); // prettier-ignore
      expectClose(withGraph(g, (ctx) => learnt.scales(x, ctx)), Array.from(g.sources, (source, e) => own[source] * own[g.targets[e]]), 1e-5); // prettier-ignore
      expectClose(passOn(g, fixed, x), fixed.backbone.apply(x, core.Context.create()), 0);
    });
    [fixed, learnt].forEach((each) => each.dispose());
  });

  test('mean field by hand: one node after the other, with what the others have then; a second edge counts, known classes stay, a node alone is that of the network', () => {
    const model = make();
    const double = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [0, 1], [1, 2]], undirected: true }); // prettier-ignore
    for (const [on, pairs] of [
      [g, EDGES],
      [double, [[0, 1], [0, 1], [1, 2]]] // prettier-ignore
    ] as const) {
      const logits = unary(model, on);
      const softmax = (scores: number[]): number[] => scores.map((score) => Math.exp(score) / scores.reduce((sum, each) => sum + Math.exp(each), 0)); // prettier-ignore
      const q = logits.map(softmax);
      q[2] = [0, 0, 1];
      for (let round = 0; round < 2; round++) {
        [0, 1, 3].forEach((node) => {
          const near = pairs.flatMap(([a, b]) => (a === node ? [b] : b === node ? [a] : []));
          q[node] = softmax(C.map((c) => logits[node][c] + near.reduce<number>((sum, other) => sum + 0.9 * C.reduce((all, d) => all + H[c][d] * q[other][d], 0), 0))); // prettier-ignore
        });
      }
      expectClose(marginals(model, [-1, -1, 2, -1], 2, on), q.flat(), 1e-5);
      expectClose(q[3], softmax(logits[3]), 1e-9);
    }
    model.dispose();
  });

  test('where all neighbours of a node are known its marginal is exact, by enumeration', () => {
    const model = make('learnt');
    const logits = unary(model);
    const scales = withGraph(g, (ctx) => tf.tidy(() => [...model.scales(x, ctx).dataSync()]));
    const scale = (a: number, b: number): number => scales[g.sources.findIndex((source, e) => source === a && g.targets[e] === b)]; // prettier-ignore
    const weights = C.map((c) => Math.exp(logits[1][c] + scale(0, 1) * H[2][c] + scale(2, 1) * H[0][c]));
    const total = weights.reduce((a, b) => a + b, 0);
    expectClose(marginals(model, [2, -1, 0, -1], 1).slice(3, 6), weights.map((each) => each / total), 1e-5); // prettier-ignore
    // Rounds that follow change nothing, and marginals that are given are gone on from.
    const [ten, twice] = [10, 5].map((rounds) => marginals(model, NONE, rounds));
    expectClose(marginals(model, NONE, 5, g, twice), ten, 1e-6);
    model.dispose();
  });

  test('at the marginals that mean field comes to the bound has no slope along the simplex', () => {
    const model = make(0.5);
    const found = marginals(model, NONE, 60);
    const slope = tf.tidy(() => {
      const q = tf.tensor2d(found, [4, 3]);
      return tf
        .grad((at) => withGraph(g, (ctx) => model.elbo(x, at as tf.Tensor2D, ctx)))(q)
        .arraySync() as number[][];
    });
    // Of each node the same for all classes.
    slope.forEach((row) => expectClose(row, [row[0], row[0], row[0]], 1e-4));
    model.dispose();
  });

  test('the bound has the gradient of finite differences, by features, marginals and every parameter', () => {
    const model = make('learnt');
    const q = tf.tensor2d([0.5, 0.3, 0.2, 0.1, 0.6, 0.3, 0.2, 0.2, 0.6, 0.4, 0.4, 0.2], [4, 3]);
    const bound = (rows: tf.Tensor, at: tf.Tensor): tf.Tensor => tf.tidy(() => withGraph(g, (ctx) => model.elbo(rows, at as tf.Tensor2D, ctx))); // prettier-ignore
    expectGradients((rows, at) => bound(rows, at), [x, q], 1e-2);
    expectParameterGradients(model, () => bound(x, q).mul(5));
    expectNoLeak(() => bound(x, q).dispose());
    [q, model].forEach((each) => each.dispose());
  });

  test('what is saved computes the same; nothing is left behind; what is refused', () => {
    expectSaves(
      (random) => make('learnt', random),
      (model) => marginals(model, NONE, 3)
    );
    const model = make();
    expectNoLeak(() => void marginals(model, NONE, 2));
    expectNoLeak(() => make().dispose());
    const where = 'graph.PairwiseMrf';
    const options = { backbone: model.backbone, inputWidth: 2, classes: 3, random: core.Random.fromSeed(1) };
    expect(() => new graph.PairwiseMrf({ ...options, inputWidth: 0 })).toThrow(`${where}: inputWidth must be an integer of at least 1, got 0`); // prettier-ignore
    expect(() => new graph.PairwiseMrf({ ...options, scale: NaN })).toThrow(`${where}: scale must be a number, got NaN`); // prettier-ignore
    expect(() => passOn(g, model, tf.ones([4, 3]))).toThrow(`expects shape [4, 2], got [4, 3]`);
    expect(() => marginals(model, [0, 1], 1)).toThrow(`${where}.marginals: nodes of known must be an integer 4..4, got 2`); // prettier-ignore
    expect(() => marginals(model, NONE, -1)).toThrow(`${where}.marginals: rounds must be an integer of at least 0, got -1`); // prettier-ignore
    expect(() => marginals(model, NONE, 1, g, new Float32Array(3))).toThrow(`${where}.marginals: values to begin with must be an integer 12..12, got 3`); // prettier-ignore
    expect(() => withGraph(g, (ctx) => model.elbo(x, tf.ones([4, 2]), ctx))).toThrow(`${where}.elbo: expects shape [4, 3], got [4, 2]`); // prettier-ignore
    const narrow = new graph.PairwiseMrf({ ...options, backbone: new layers.Linear({ inputWidth: 2, outputWidth: 2, random: core.Random.fromSeed(1) }) }); // prettier-ignore
    expect(() => marginals(narrow, NONE, 1)).toThrow(`${where}: the backbone must give 3 logits, got [4, 2]`);
    // Of an edge without a way back the field would be heard at one end only.
    const oneWay = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 0], [1, 2]] }); // prettier-ignore
    expect(() => marginals(model, NONE, 1, oneWay)).toThrow(
      `${where}: each edge of the graph must have its way back, got [1,2]`
    );
    expect(() => withGraph(oneWay, (ctx) => tf.tidy(() => model.elbo(x, tf.ones([4, 3]), ctx)))).toThrow(`${where}: each edge of the graph must have its way back, got [1,2]`); // prettier-ignore
    [narrow, model].forEach((each) => each.dispose());
  });
});
