import { core, models, nas, prune, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { isReber, LENGTH, reberInputs, reberStrings, VOCABULARY } from '../support/reber';

const HIDDEN = 8;
const make = (cell: 'tanh' | 'relu' | 'gru' | 'lstm'): models.RecurrentNetwork =>
  models.recurrentNetwork({ vocabSize: VOCABULARY, width: 4, hidden: [HIDDEN], cell, classes: 2, seed: 1 });
const readOf = (model: core.Module, path: string): Float32Array =>
  tf.tidy(() => model.parameters().get(path)!.read().dataSync<'float32'>().slice());
const [IN, RECURRENT] = ['layers.0.input.weight', 'layers.0.recurrent.weight'];

describe('[rnn-sparsity-thesis]', () => {
  test.each([
    ['tanh', 1],
    ['relu', 1],
    ['gru', 3],
    ['lstm', 4]
  ] as const)('%s: input and recurrent matrices are pruned by magnitude, each alone or both', (cell, gates) => {
    const model = make(cell);
    const count = (pruned: core.Module, path: string) => readOf(pruned, path).filter((value) => value === 0).length;
    for (const include of [[IN], [RECURRENT], [IN, RECURRENT]]) {
      const { model: pruned } = prune.unstructured(model, { sparsity: 0.75, include });
      const expected = [IN, RECURRENT].map((path, i) => (include.includes(path) ? 0.75 * [4, HIDDEN][i] * HIDDEN * gates : 0)); // prettier-ignore
      expect([IN, RECURRENT].map((path) => count(pruned, path))).toEqual(expected);
      pruned.dispose();
    }
    const { model: pruned, report } = prune.unstructured(model, { sparsity: 0.5 });
    expect(Object.keys(report.density)).toEqual([IN, RECURRENT]);
    const [was, now] = [readOf(model, RECURRENT), readOf(pruned, RECURRENT)].map((values) => values.map(Math.abs));
    const lost = Math.max(...was.filter((_, i) => now[i] === 0));
    expect(Math.min(...now.filter((value) => value !== 0))).toBeGreaterThanOrEqual(lost);
    [model, pruned].forEach((each) => each.dispose());
  });

  test.each(['tanh', 'gru', 'lstm'] as const)(
    '%s: recurrent masks are the adjacency of a random graph, in each gate, and stay so in training',
    async (cell) => {
      const model = make(cell);
      const graph = nas.randomGraph({ kind: 'wattsStrogatz', nodes: HIDDEN, neighbours: 4, probability: 0.3, seed: 5 });
      // A directed edge beside the undirected ones: rows are where a unit's state comes from.
      const edges = [...graph.edges, [2, 2] as const];
      const { model: sparse, report } = prune.graphMask(model, { graph: { nodes: HIDDEN, edges } });
      expect(report.matrices).toEqual([RECURRENT]);
      expect(report.density).toBeCloseTo(edges.length / HIDDEN ** 2, 6);
      const { texts, labels } = reberStrings(32, 1);
      const inputs = reberInputs(texts);
      const task = train.tasks.classification({ inputs, labels, batchSize: 16 });
      await train.fit(sparse, task, { steps: 3, learningRate: 0.1, progress: false, evaluateEvery: 0 });
      const values = readOf(sparse, RECURRENT);
      const outputs = values.length / HIDDEN;
      const joined = new Set(edges.map(([from, to]) => `${from} ${to}`));
      values.forEach((value, i) => expect(value !== 0).toBe(joined.has(`${Math.floor(i / outputs)} ${(i % outputs) % HIDDEN}`))); // prettier-ignore
      [model, sparse, inputs].forEach((each) => each.dispose());
    }
  );

  test('a state reaches only what its graph lets it: on a directed ring, one unit further at each position', () => {
    const model = make('tanh');
    const edges = Array.from({ length: HIDDEN }, (_, i) => [i, (i + 1) % HIDDEN] as const);
    const { model: sparse } = prune.graphMask(model, { graph: { nodes: HIDDEN, edges } });
    const recurrent = sparse.modules().get('layers.0.recurrent')!;
    const first = tf.oneHot(tf.tensor1d([0], 'int32'), HIDDEN).toFloat();
    const ctx = core.Context.create();
    const next = recurrent.apply(first, ctx).dataSync();
    expect([...next].map((value) => value !== 0)).toEqual([false, true, ...new Array<boolean>(HIDDEN - 2).fill(false)]);
    [model, sparse, first].forEach((each) => each.dispose());
  });

  test('graphs and their measures by hand', () => {
    const ring = nas.randomGraph({ kind: 'wattsStrogatz', nodes: 8, neighbours: 4, probability: 0 });
    // Of the six pairs of four neighbours three are joined; two nodes are 1, 1, 2 or 2 steps apart, and 2 across.
    expect(nas.graphMeasures(ring)).toEqual({ density: 4 / 7, clustering: 0.5, pathLength: 10 / 7, degreeDeviation: 0 }); // prettier-ignore
    const whole = nas.randomGraph({ kind: 'erdosRenyi', nodes: 6, probability: 1 });
    expect(nas.graphMeasures(whole)).toEqual({ density: 1, clustering: 1, pathLength: 1, degreeDeviation: 0 });
    expect(nas.randomGraph({ kind: 'erdosRenyi', nodes: 6, probability: 0 }).edges).toEqual([]);
    const star = nas.randomGraph({ kind: 'barabasiAlbert', nodes: 3, attached: 1, seed: 1 });
    expect(star.edges).toHaveLength(4);
    const rewired = nas.randomGraph({ kind: 'wattsStrogatz', nodes: 20, neighbours: 4, probability: 0.5, seed: 2 });
    expect(rewired.edges).toHaveLength(80);
    expect(rewired.edges.every(([a, b]) => a !== b && rewired.edges.some(([c, d]) => c === b && d === a))).toBe(true);
    expect(nas.graphMeasures(rewired).pathLength).toBeLessThan(nas.graphMeasures(nas.randomGraph({ kind: 'wattsStrogatz', nodes: 20, neighbours: 4, probability: 0 })).pathLength); // prettier-ignore
    const grown = nas.randomGraph({ kind: 'barabasiAlbert', nodes: 40, attached: 2, seed: 3 });
    expect(grown.edges).toHaveLength(2 * 2 * 38);
    // Where there is most it grows: its degrees are spread wider than those of as many edges drawn alike.
    const alike = nas.randomGraph({ kind: 'erdosRenyi', nodes: 40, probability: 76 / 780, seed: 3 });
    expect(nas.graphMeasures(grown).degreeDeviation).toBeGreaterThan(1.3 * nas.graphMeasures(alike).degreeDeviation);
    expect(nas.randomGraph({ kind: 'barabasiAlbert', nodes: 40, attached: 2, seed: 3 })).toEqual(grown);
  });

  test("strings of Reber's grammar", () => {
    expect(['BTXSE', 'BTSXSE', 'BPVVE', 'BPTVPSE', 'BTXXVVE'].map(isReber)).toEqual(new Array(5).fill(true));
    expect(['BTXS', 'BTXSEE', 'BPSE', 'TXSE', ''].map(isReber)).toEqual(new Array(5).fill(false));
    const { texts, labels } = reberStrings(40, 3);
    expect(texts.map((text) => Number(isReber(text)))).toEqual(labels);
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(LENGTH);
  });

  test('what does not fit is refused', () => {
    const model = make('gru');
    const graph = { nodes: 4, edges: [[0, 1]] as const };
    expect(() => prune.graphMask(model, { graph })).toThrow(`prune.graphMask: "${RECURRENT}" must be a recurrent matrix of as many units as the graph has nodes (4), got 8`); // prettier-ignore
    expect(() => prune.graphMask(model, { graph: { nodes: 8, edges: [[0, 8]] } })).toThrow('prune.graphMask: an edge of the graph'); // prettier-ignore
    const mlp = models.mlp({ inputWidth: 2, hidden: [2], outputWidth: 2 });
    expect(() => prune.graphMask(mlp, { graph })).toThrow('prune.graphMask: the model must have a recurrent matrix');
    expect(() => nas.randomGraph({ kind: 'wattsStrogatz', nodes: 8, neighbours: 3, probability: 0 })).toThrow('nas.randomGraph: neighbours must be even, got 3'); // prettier-ignore
    [model, mlp].forEach((each) => each.dispose());
  });
});
