import { core, graph, layers, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { passOn, withGraph } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(2);

/** A field over a map of what nodes hold, with these compatibilities. */
function fieldOf(scale: number | 'learnt', compatibility: number[][]): graph.PairwiseMrf {
  const backbone = new layers.Linear({ inputWidth: 2, outputWidth: 2, random: random.child('backbone') });
  const model = new graph.PairwiseMrf({ backbone, inputWidth: 2, classes: 2, scale, random });
  tf.tidy(() => model.parameters().get('compatibility')!.assign(tf.tensor2d(compatibility)));
  return model;
}

const triangle = graph.generators.path({ nodes: 3 });

describe('EPFGNN', () => {
  test('[epfgnn] with scales of 0 marginals are those of the network; one node is its exact marginal given the others', () => {
    const x = spread([3, 2]);
    const none = fieldOf(0, [[1, -2], [-2, 3]]); // prettier-ignore
    const network = tf.tidy(() => passOn(triangle, none, x).softmax().dataSync());
    expectClose(
      withGraph(triangle, (ctx) => none.marginals(x, [-1, -1, -1], 4, ctx)),
      network,
      1e-6
    );
    const some = fieldOf(0.5, [[1, -2], [-2, 3]]); // prettier-ignore
    const unary = tf.tidy(() => passOn(triangle, some, x).arraySync() as number[][]);
    // Both ends are known to be of classes 0 and 1.
    const found = withGraph(triangle, (ctx) => some.marginals(x, [0, -1, 1], 1, ctx));
    const scores = [unary[1][0] + 0.5 * (1 - 2), unary[1][1] + 0.5 * (-2 + 3)];
    const raised = scores.map(Math.exp);
    expectClose(found, [1, 0, raised[0] / (raised[0] + raised[1]), raised[1] / (raised[0] + raised[1]), 0, 1], 1e-5);
    // A matrix that is given unlike both ways counts as the mean of both.
    const uneven = fieldOf(0.5, [[1, 0], [-4, 3]]); // prettier-ignore
    expectClose(
      withGraph(triangle, (ctx) => uneven.marginals(x, [0, -1, 1], 1, ctx)),
      found,
      1e-6
    );
    expect(() => withGraph(triangle, (ctx) => some.marginals(x, [2, 0, 0], 1, ctx))).toThrow('graph.PairwiseMrf.marginals: known must be an integer -1..1, got 2'); // prettier-ignore
    expect(() => new graph.PairwiseMrf({ backbone: none.backbone, inputWidth: 2, classes: 1, random })).toThrow('graph.PairwiseMrf: classes must be an integer of at least 2, got 1'); // prettier-ignore
    [x, none, some, uneven].forEach((each) => each.dispose());
  });

  test('[epfgnn] the piecewise bound by enumeration of every star, with gradients; mean field never lowers it', () => {
    const x = spread([3, 2]);
    const model = fieldOf('learnt', [[1, -2], [-2, 3]]); // prettier-ignore
    const q = [0.7, 0.3, 0.2, 0.8, 0.5, 0.5];
    const marginals = tf.tensor2d(q, [3, 2]);
    const unary = tf.tidy(() => passOn(triangle, model, x).arraySync() as number[][]);
    const scales = withGraph(triangle, (ctx) => tf.tidy(() => [...model.scales(x, ctx).dataSync()]));
    const scale = (a: number, b: number): number => scales[triangle.sources.findIndex((s, e) => s === a && triangle.targets[e] === b)]; // prettier-ignore
    expect(scale(0, 1)).toBeCloseTo(scale(1, 0), 6);
    const H = [[1, -2], [-2, 3]]; // prettier-ignore
    const classes = [0, 1];
    const near = [[1], [0, 2], [1]];
    let wanted = 0;
    near.forEach((others, i) => {
      // Of the star: all classes of its centre and its leaves, each leaf with an even measure of 1.
      const leaves = (c: number): number => others.reduce((product, j) => product * classes.reduce((sum, d) => sum + 0.5 * Math.exp(0.5 * scale(j, i) * H[c][d]), 0), 1); // prettier-ignore
      wanted -= Math.log(classes.reduce((sum, c) => sum + Math.exp(unary[i][c]) * leaves(c), 0));
      classes.forEach((c) => (wanted += q[2 * i + c] * (unary[i][c] - Math.log(q[2 * i + c]))));
    });
    [[0, 1], [1, 2]].forEach(([i, j]) => classes.forEach((c) => classes.forEach((d) => (wanted += scale(i, j) * H[c][d] * q[2 * i + c] * q[2 * j + d])))); // prettier-ignore
    const bound = (of: tf.Tensor, rows: tf.Tensor = x): tf.Tensor => withGraph(triangle, (ctx) => model.elbo(rows, of as tf.Tensor2D, ctx)); // prettier-ignore
    tf.tidy(() => expectClose(bound(marginals).reshape([1]), [wanted], 1e-5));
    expectGradients((rows) => bound(marginals, rows), [x], 1e-2);
    let from = Float32Array.from(q);
    let before = wanted;
    for (let round = 0; round < 4; round++) {
      from = withGraph(triangle, (ctx) => model.marginals(x, [-1, -1, -1], 1, ctx, from)) as Float32Array<ArrayBuffer>;
      const now = tf.tidy(() => bound(tf.tensor2d(from, [3, 2])).dataSync()[0]);
      expect(now).toBeGreaterThanOrEqual(before - 1e-5);
      before = now;
    }
    expect(before).toBeGreaterThan(wanted + 0.01);
    expectNoLeak(() => bound(marginals).dispose());
    [x, marginals, model].forEach((each) => each.dispose());
  });

  test('[epfgnn] compatibilities that are learnt have a large diagonal where likes are joined, and a small one where others are; the bound never falls', () => {
    const fit = (within: number, between: number) => {
      const g = graph.generators.stochasticBlockModel({ sizes: [60, 60], probabilities: [[within, between], [between, within]], features: { width: 4, signal: 2 }, seed: 3 }); // prettier-ignore
      const truth = g.nodeTypes!;
      const known = Array.from(truth, (label, node) => (node % 6 === 0 ? label : -1));
      const backbone = models.graphNetwork({ inputWidth: 4, hidden: 8, outputWidth: 2, layers: 2, layer: graph.sage(), seed: 1 }); // prettier-ignore
      const model = new graph.PairwiseMrf({ backbone, inputWidth: 4, classes: 2, random });
      const told = ({ marginals }: graph.PairwiseMrfFit): number => Array.from(truth).filter((label, node) => known[node] < 0 && Number(marginals[2 * node + 1] > 0.5) === label).length / 100; // prettier-ignore
      const alone = told(graph.fitPairwiseMrf(model, g, { known, rounds: 0 }));
      const found = graph.fitPairwiseMrf(model, g, { known, warmup: 0 });
      const H = tf.tidy(() => model.compatibility().arraySync());
      model.dispose();
      return { H, alone, right: told(found), ...found };
    };
    const [alike, unlike] = [fit(0.12, 0.02), fit(0.02, 0.12)];
    [alike, unlike].forEach(({ elbo }) => elbo.slice(1).forEach((each, i) => expect(each).toBeGreaterThanOrEqual(elbo[i] - 1e-3))); // prettier-ignore
    expect(Math.min(alike.H[0][0], alike.H[1][1])).toBeGreaterThan(alike.H[0][1] + 0.2);
    expect(Math.max(unlike.H[0][0], unlike.H[1][1])).toBeLessThan(unlike.H[0][1] - 0.2);
    [alike, unlike].forEach(({ alone, right }) => expect(right).toBeGreaterThan(alone + 0.1));
    expect(() => graph.fitPairwiseMrf(undefined as never, graph.generators.path({ nodes: 2 }), { known: [0, 1] })).toThrow('graph.fitPairwiseMrf: the graph must have features of nodes, got none'); // prettier-ignore
  });
});
