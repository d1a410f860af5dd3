import { adaptive, moe, models, protocol, routing, show, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../support/numeric';
import { smallText } from '../../support/runs';

/** Two tokens of three layers, row by token. */
const PATHS = Int32Array.of(0, 1, 2, 2, 1, -1);
const NAMES = { layers: ['a', 'b', 'c'], modules: ['skip', 'small', 'big'] };

describe('show.depthUsage', () => {
  test('counts what each layer executed, unknown choices left out', () => {
    const { data } = show.depthUsage({ ...NAMES, paths: PATHS });
    expect(data.usage).toEqual([
      [0.5, 0, 0.5],
      [0, 1, 0],
      [0, 0, 1]
    ]);
    expect(data).toMatchObject({ cost: null, budget: null, tokens: null, flops: [], domains: [] });
  });

  test('cost is what was executed over the costliest modules, in operations or in what the router counts', () => {
    const row = [0, 10, 40];
    const flops = [row, row, row];
    // 0 + 10 + 40 + 40 + 10 of five choices that could each have cost 40.
    expect(show.depthUsage({ ...NAMES, paths: PATHS, flops }).data.cost).toBe(0.5);
    const counted = show.depthUsage({ ...NAMES, paths: PATHS, flops, costs: [0, 0, 1], budget: 0.3 });
    expect(counted.data).toMatchObject({ cost: 0.4, budget: 0.3 });
  });

  test('a model and a batch say the rest', () => {
    const size = { layers: 2, width: 16, heads: 2, contextLength: 8, smallDim: 8, bigDim: 32 };
    const model = models.duoLLM({ ...size, budget: 0.25 });
    const data = smallText();
    const [batch] = data.validationBatches({ batchSize: 2, length: 4, count: 1 });
    const paths = Int32Array.from({ length: 16 }, (_, i) => i % 3);
    const difficulty = Float32Array.from({ length: 8 }, (_, t) => t);
    const payload = show.depthUsage({ paths, model, batch, data, difficulty, sequence: 1, sample: 3, title: 'duo' });
    expect(payload.source).toMatchObject({ title: 'duo', status: 'finished', final: true });
    expect(payload.data).toMatchObject({
      layers: ['layers.0.moe', 'layers.1.moe'],
      modules: ['bypass', 'small', 'big'],
      // A network of two matrices spends 4 D H on a token.
      flops: [
        [0, 512, 2048],
        [0, 512, 2048]
      ],
      budget: 0.25
    });
    // Choices 2, 5, 8, 11 and 14 of 16 are calls of the big network.
    expect(payload.data.cost).toBeCloseTo(5 / 16, 4);
    const start = 1 * 5;
    expect(payload.data.tokens).toEqual({
      text: Array.from(batch.tokens.slice(start, start + 3), (id) => data.decode(id)),
      domain: [0, 1, 2].map(() => batch.domains[1]),
      // Token t of the second sequence is row 4 + t of two choices each.
      executed: [
        [8 % 3, 10 % 3, 12 % 3],
        [9 % 3, 11 % 3, 13 % 3]
      ],
      difficulty: [4, 5, 6],
      truncated: true
    });
    expect(protocol.parsePayload(JSON.stringify(payload))).toEqual(payload);
  });

  test.each([
    ['a length', { ...NAMES, paths: [0, 1] }, 'show.depthUsage: paths must be [T * L] with L = 3 layers, got 2'],
    ['a module', { ...NAMES, paths: [0, 3, 1] }, 'show.depthUsage: paths must hold -1..2, got 3'],
    ['no names', { paths: [0] }, 'show.depthUsage: options must have a model, or layers and modules'],
    ['costs', { ...NAMES, paths: [0, 0, 0], costs: [1] }, 'costs must have an entry for each of 3 modules'],
    ['difficulty', { ...NAMES, paths: [0, 0, 0], difficulty: [1, 2] }, 'an entry for each of 1 tokens, got 2'],
    ['a budget', { ...NAMES, paths: [0, 0, 0], budget: 2 }, 'show.depthUsage: budget must be a number 0..1, got 2']
  ])('refuses %s that is wrong', (_, options, message) => {
    expect(() => show.depthUsage(options)).toThrow(message);
  });
});

describe('show.routerConfidence', () => {
  const layers: moe.analysis.LayerProbs[] = [
    {
      path: 'a',
      router: 'path',
      probs: [
        [0.1, 0.9],
        [0.6, 0.4],
        [0.3, 0.7],
        [0, 1]
      ]
    },
    { path: 'b', router: 'path', probs: Array.from({ length: 4 }, () => [0.5, 0.5]) }
  ];

  test('bins tokens by the probability of their first choice, and compares that with a reference', () => {
    const choices = [1, 0, 1, -1, 1, 0, 0, 0];
    const { data } = show.routerConfidence(layers, { bins: 4, reference: { name: 'oracle', choices } });
    expect(data.edges).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(data.reference).toBe('oracle');
    // First layer: 0.6 and 0.7 fall in the third bin, 0.9 and 1 in the fourth; the last column of the reference is of "b".
    expect(data.layers[0]).toEqual({
      path: 'a',
      router: 'path',
      tokens: [0, 0, 0.5, 0.5],
      // Choices of the tokens are 1, 0, 1, 1; the reference says 1, 1, 1, 0.
      agreement: [null, null, 0.5, 0.5],
      mean: 0.8
    });
    expect(data.layers[1].tokens).toEqual([0, 0, 1, 0]);
    expect(data.layers[1].mean).toBe(0.5);
    expect(protocol.meanAgreement(data.layers[0])).toBe(0.5);
  });

  test('without a reference there is no agreement', () => {
    const { data } = show.routerConfidence(layers);
    expect(data).toMatchObject({ reference: '', layers: [{ agreement: [] }, { agreement: [] }] });
    expect(data.edges).toHaveLength(21);
  });

  test('the routers of a model: first choices are those of its pass', () => {
    const size = { layers: 2, width: 16, heads: 2, contextLength: 8, smallDim: 8, bigDim: 32 };
    const model = models.duoLLM(size);
    const inputs = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32');
    const choices = adaptive.learnedPaths(model, inputs);
    expectNoLeak(() => void moe.analysis.routerProbs(model, inputs));
    const probs = moe.analysis.routerProbs(model, inputs);
    expect(probs.map(({ path }) => path)).toEqual(['layers.0.moe', 'layers.1.moe']);
    probs[0].probs.forEach((row) => expectClose([row.reduce((a, b) => a + b, 0)], [1], 1e-5));
    const { data } = show.routerConfidence(probs, { reference: { name: 'pass', choices } });
    expect(data.layers.map(protocol.meanAgreement)).toEqual([1, 1]);
    inputs.dispose();
  });

  test('refuses what does not agree in length', () => {
    const reference = { name: 'x', choices: [0] };
    expect(() => show.routerConfidence(layers, { reference })).toThrow('choices must have T * L (8) entries, got 1');
    expect(() => show.routerConfidence(layers, { bins: 0 })).toThrow('bins must be an integer 1..100, got 0');
  });
});

describe('show.pareto', () => {
  const points = [
    { cost: 2, quality: 0.5, label: 'b' },
    { cost: 1, quality: 0.4, label: 'a', low: 0.3, high: 0.5 },
    { cost: 3, quality: 0.45, label: 'beaten' },
    { cost: 4, quality: 0.9, label: 'oracle', competes: false }
  ];

  test('the front is in the order of x, without what does not compete', () => {
    const { data } = show.pareto(points, { trajectory: [2, 0, 1] });
    expect(data.front).toEqual([1, 0]);
    expect(data.trajectory).toEqual([2, 0, 1]);
    expect(data.series).toEqual(['candidates']);
    expect(data.points[1]).toEqual({ label: 'a', series: 0, x: 1, y: 0.4, low: 0.3, high: 0.5 });
  });

  test('axes may point the other way', () => {
    const options = { x: { name: 'speed', better: 'higher' as const }, y: { name: 'loss', better: 'lower' as const } };
    // Fast and of little loss: "a" (1, 0.4) has the least loss, "beaten" (3, 0.45) is faster, "b" (2, 0.5) is neither.
    expect(show.pareto(points, options).data.front).toEqual([1, 2]);
  });

  test('of a bench: routers and single models compete, the best single, the mix and the oracle stand beside', () => {
    const table = {
      models: ['small', 'large'],
      features: [[0], [1]],
      quality: [
        [1, 1],
        [0, 1]
      ],
      cost: [
        [1, 4],
        [1, 4]
      ]
    };
    const alternate = { kind: 'first', choose: ([x]: readonly number[]) => x };
    const { data } = show.pareto(routing.bench(table, { routers: { mine: () => alternate } }));
    expect(data.series).toEqual(['mine', 'single models', 'best single model', 'random mix', 'oracle']);
    const named = (label: string) => data.points.find((point) => point.label === label);
    expect(named('mine, cost weight 0')).toMatchObject({ x: 2.5, y: 1 });
    expect(named('small')).toMatchObject({ x: 1, y: 0.5 });
    expect(data.front.map((i) => data.points[i].label)).toEqual(['small', 'mine, cost weight 0']);
  });

  test.each([
    ['nothing', [], {}, 'there must be at least one candidate'],
    ['no number', [{ cost: NaN, quality: 1 }], {}, 'cost and quality must be finite numbers'],
    ['an order', [{ cost: 1, quality: 1 }], { trajectory: [1] }, 'trajectory must hold 0..0, got 1']
  ])('refuses %s', (_, candidates, options, message) => {
    expect(() => show.pareto(candidates, options)).toThrow(`show.pareto: ${message}`);
  });
});
