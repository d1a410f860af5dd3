import { adaptive, moe, models, protocol, routing, show, sim, tf } from '@switchyard/kernel-lib';
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

describe('show.timeline', () => {
  test('resources are devices, names without their numbers activities, seconds milliseconds', () => {
    const run = sim.runTasks([
      { name: 'send 0', resource: 'link', seconds: 0.001 },
      { name: 'experts 0', resource: 'compute', seconds: 0.002, after: ['send 0'] },
      { name: 'send 1', resource: 'link', seconds: 0.001 }
    ]);
    const { data } = show.timeline(run);
    expect(data).toEqual({
      devices: ['link', 'compute'],
      activities: ['send', 'experts'],
      spans: [
        { device: 0, activity: 0, start: 0, end: 1, label: 'send 0' },
        { device: 1, activity: 1, start: 1, end: 3, label: 'experts 0' },
        { device: 0, activity: 0, start: 1, end: 2, label: 'send 1' }
      ]
    });
    expect(protocol.busyTime(data)).toEqual([2, 2]);
    expect(protocol.lastEnd(data)).toBe(3);
  });

  test('devices may be named, and activities', () => {
    const spans = [{ name: 'x', resource: 'b', start: 0, end: 1 }];
    const { data } = show.timeline(spans, { devices: ['a', 'b'], activity: ({ resource }) => `on ${resource}` });
    expect(data).toMatchObject({ devices: ['a', 'b'], activities: ['on b'], spans: [{ device: 1, activity: 0 }] });
    expect(() => show.timeline(spans, { devices: ['a'] })).toThrow('show.timeline: devices must hold "b"');
    expect(() => show.timeline([])).toThrow('show.timeline: there must be a device, got 0');
  });
});

describe('show.mergeTree', () => {
  // Points 0, 1, 3 and 7 on a line.
  const at = [0, 1, 3, 7];
  const distances = at.map((a) => at.map((b) => Math.abs(a - b)));

  test.each([
    ['single', [1, 2, 4]],
    ['complete', [1, 3, 7]],
    // The mean distance of 3 to {0, 1} is 2.5, of 7 to {0, 1, 3} 17 / 3.
    ['average', [1, 2.5, 17 / 3]]
  ] as const)('%s linkage joins the nearest first', (method, expected) => {
    const joins = moe.linkage(distances, { method });
    expect(joins.map(({ left, right, size }) => [left, right, size])).toEqual([
      [0, 1, 2],
      [2, 4, 3],
      [3, 5, 4]
    ]);
    joins.forEach(({ distance }, i) => expect(distance).toBeCloseTo(expected[i], 12));
  });

  test('experts of a layer with their groups', () => {
    const groups = [[1, 0], [2], [3]];
    const { data } = show.mergeTree([{ path: 'layers.0.moe', distances, groups }], { metric: 'gap', method: 'single' });
    expect(data.metric).toBe('gap');
    expect(data.layers[0]).toMatchObject({ experts: ['0', '1', '2', '3'], groups: [0, 0, 1, 2] });
    expect(data.layers[0].merges[2]).toEqual({ left: 3, right: 5, distance: 4, size: 4 });
  });

  test('distances of a layer are 0 for experts that the router likes alike', () => {
    // Logits of three experts over two tokens: the second goes as the first, the third against it.
    const logits = Float32Array.of(1, 2, -1, 2, 4, -2);
    const statistics = { counts: [1, 1, 0], frequency: [], gateTimesNorm: [], logits };
    const [[, alike, against]] = moe.expertDistances(statistics);
    expect(alike).toBeCloseTo(0, 6);
    expect(against).toBeCloseTo(2, 6);
  });

  test('refuses what does not fit', () => {
    expect(() => moe.linkage([[0, 1]])).toThrow('linkage: distances must be [E][E]');
    const twice = [{ path: 'x', distances, groups: [[0, 1], [1, 2], [3]] }];
    expect(() => show.mergeTree(twice)).toThrow('show.mergeTree: groups must hold each of 0..3 once');
    expect(() => show.mergeTree([{ path: 'x', distances, experts: ['a'] }])).toThrow('a label for each of 4, got 1');
  });
});

describe('show.masks', () => {
  test('a mask is its density by blocks, and what is kept of all', () => {
    const values = [1, 0, 0, 0, 1, 1, 0, 0.5];
    const { data } = show.masks([{ path: 'w', mask: { shape: [2, 4], values }, importance: [2, 1] }]);
    expect(data).toEqual({
      mode: 'mask',
      groups: [
        {
          path: 'w',
          granularity: 'weight',
          shape: [2, 4],
          kept: 0.5,
          grid: [
            [1, 0, 0, 0],
            [1, 1, 0, 1]
          ],
          importance: [2, 1]
        }
      ],
      before: { parameters: 8, flops: null, milliseconds: null, bytes: null },
      after: { parameters: 4, flops: null, milliseconds: null, bytes: null },
      metric: null
    });
  });

  test('a tensor larger than the grid is averaged, and stays the caller’s', () => {
    const mask = tf.tensor2d(
      Array.from({ length: 128 * 128 }, (_, i) => (i < 64 * 128 ? 1 : 0)),
      [128, 128]
    );
    const before = tf.memory().numTensors;
    const { data } = show.masks([{ path: 'w', mask }], {
      before: { flops: 10 },
      metric: { name: 'loss', before: 1, after: 2 }
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(data.groups[0].grid).toHaveLength(64);
    expect(data.groups[0].grid.map((row) => row[0])).toEqual(Array.from({ length: 64 }, (_, r) => (r < 32 ? 1 : 0)));
    expect(data.before).toMatchObject({ parameters: 128 * 128, flops: 10 });
    expect(data.metric).toEqual({ name: 'loss', before: 1, after: 2 });
    mask.dispose();
  });

  test('a report of pruned experts is a mask of experts', () => {
    const parameters = { before: 100, after: 60 };
    const report = { transformation: 'pruneExperts', parameters, kept: [0, 2], importance: [3, 1, 2, 0] };
    const { data } = show.masks([{ path: 'layers.0.moe', report }]);
    expect(data).toMatchObject({ mode: 'shrink', before: { parameters: 100 }, after: { parameters: 60 } });
    expect(data.groups[0]).toMatchObject({ granularity: 'expert', shape: [4], kept: 0.5, grid: [[1, 0, 1, 0]] });
  });

  test('refuses a mask that does not fill its shape', () => {
    const mask = { shape: [3], values: [1] };
    expect(() => show.masks([{ path: 'w', mask }])).toThrow('show.masks: the mask of "w" must have 3 values');
  });
});

describe('show.graphRewiring', () => {
  test('places that are not given are on a circle', () => {
    const edges = [
      { from: 0, to: 1, curvature: -1 },
      { from: 1, to: 2, state: 'added' as const }
    ];
    const { data } = show.graphRewiring({ nodes: 4, edges, measure: 'Forman' });
    expect(data.measure).toBe('Forman');
    const expected = [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1]
    ];
    data.nodes.forEach(({ x, y }, i) => expectClose([x, y], expected[i], 1e-6));
    expect(data.edges).toEqual([
      { from: 0, to: 1, curvature: -1, state: 'kept' },
      { from: 1, to: 2, curvature: null, state: 'added' }
    ]);
  });

  test.each([
    ['an end', { nodes: 2, edges: [{ from: 0, to: 2 }] }, 'ends of edges must be an integer 0..1, got 2'],
    ['a class', { nodes: [{ class: 1 }], edges: [], classes: ['a'] }, 'class must be an integer -1..0, got 1'],
    ['a number', { nodes: -1, edges: [] }, 'nodes must be a list or a number of at least 0, got -1']
  ])('refuses %s that is wrong', (_, graph, message) => {
    expect(() => show.graphRewiring(graph)).toThrow(`show.graphRewiring: ${message}`);
  });
});
