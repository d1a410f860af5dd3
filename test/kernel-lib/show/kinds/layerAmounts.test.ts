import { compress, core, models, protocol, prune, show, telemetry, train } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { example } from '../../../support/payloads';

const MIME = 'application/vnd.switchyard.v1+json';
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const { showData } = (globalThis as unknown as Record<symbol, { showData: (value: object) => Record<string, unknown> | null }>)[Symbol.for('switchyard.kernel')]; // prettier-ignore
const mlp = () => models.mlp({ inputWidth: 8, hidden: [16, 16], outputWidth: 3, seed: 3 });

describe('show.layerAmounts', () => {
  test('of numbers has a row a layer and a column a state', () => {
    const { kind, source, data } = show.layerAmounts(
      { 'expert 0': [0.75, 0.25], 'expert 1': [0.25, null] },
      { measure: 'load', share: true, states: ['before', 'after'], most: { 'expert 0': 1 } }
    );
    expect([kind, source.title]).toEqual(['layer-amounts', 'load by layer']);
    expect(data).toEqual({
      ...{ measure: 'load', unit: '', share: true, layers: ['expert 0', 'expert 1'], steps: [] },
      ...{ states: ['before', 'after'], most: [1, null], scalars: {} },
      amounts: [
        [0.75, 0.25],
        [0.25, null]
      ]
    });
    expect(protocol.latestAmounts(data)).toEqual([0.25, 0.25]);
  });

  test('refuses no layer, and a layer with an amount too few', () => {
    expect(() => show.layerAmounts({})).toThrow('show.layerAmounts: there must be at least one layer, got 0');
    expect(() => show.layerAmounts({ a: [1] }, { states: ['before', 'after'] })).toThrow(
      'show.layerAmounts: "a" must have 2 amounts, one for each state, got 1'
    );
  });

  test('of mixed precision, and of quantisation, has the bits of each matrix; as a last value it is the same', () => {
    const model = mlp();
    const chosen = compress.mixedPrecision(model, { budget: 700 });
    const { data } = show.layerAmounts(chosen);
    expect([data.measure, data.layers]).toEqual(['bits', Object.keys(chosen.bitsOf)]);
    expect(data.amounts.flat()).toEqual(Object.values(chosen.bitsOf));
    expect((showData(chosen)![MIME] as protocol.LayerAmountsPayload).data).toEqual(data);
    const rounded = compress.quantize(model, { bitsOf: chosen.bitsOf });
    const shown = showData(rounded)![MIME] as protocol.LayerAmountsPayload;
    expect([shown.source.title, shown.data.amounts]).toEqual(['compression: quantize', data.amounts]);
    [model, rounded.model].forEach((each) => each.dispose());
  });

  test('of low rank has ranks on their full ranks: a matrix that stayed whole has that', () => {
    const model = mlp();
    const { model: factored, report } = compress.lowRank(model, { rank: 5 });
    const [first, second, last] = Object.keys(report.matrices);
    const { data } = show.layerAmounts(report);
    // 5 (8 + 16) < 8 16, 5 (16 + 16) < 16 16, but 5 (16 + 3) > 16 3.
    expect(data.layers).toEqual([first, second, last]);
    expect([data.amounts, data.most]).toEqual([
      [[5], [5], [3]],
      [8, 16, 3]
    ]);
    expect(String(showData({ model: factored, report })!['text/plain'])).toMatch(/rank +at most\n/);
    [model, factored].forEach((each) => each.dispose());
  });

  test('of dynamical low-rank training has the rank at each step, with the loss', () => {
    const { data } = show.layerAmounts({ losses: [3, 2, 1], ranks: { a: [8, 4, 2], b: [8, 8, 7] } });
    expect([data.steps, data.amounts, data.scalars]).toEqual([
      [1, 2, 3],
      [[8, 4, 2], [8, 8, 7]],
      { 'loss/train': [3, 2, 1] }
    ]); // prettier-ignore
  });
});

describe('a schedule that prunes', () => {
  const task = train.tasks.classification({
    ...{ inputs: spread([64, 8]), labels: range(64).map((i) => (i * 7) % 3), batchSize: 16 }
  });

  test.each([
    ['gradual', prune.gradual({ sparsity: 0.75, begin: 2, end: 8, every: 2, scope: 'global' })],
    ['dynamic sparse', prune.dynamicSparse({ density: 0.25, interval: 2, redistribute: true })]
  ])('%s is shown layer by layer: what masks leave at each step', async (_, pruning) => {
    const model = mlp();
    const watch = show.density();
    const seen: Record<string, number>[] = [];
    const spy: train.Watcher = { start: () => {}, end: () => {}, step: () => seen.push(densities(model)) };
    await train.fit(model, task, { steps: 10, seed: 1, pruning, watch: [watch, spy], progress: false });
    const { data, source } = watch.latest()!;
    expect([source.status, data.steps, data.measure]).toEqual(['finished', range(10).map((i) => i + 1), 'density']);
    data.layers.forEach((path, i) =>
      data.amounts[i].forEach((share, step) => expect(share).toBeCloseTo(seen[step][path], 3))
    );
    // Together they are the scalar.
    const sizes = data.layers.map((path) => model.parameters().get(path)!.variable.size);
    const all = sizes.reduce((a, b) => a + b, 0);
    data.scalars.density.forEach((share, step) =>
      expect(share!).toBeCloseTo(data.amounts.reduce((sum, row, i) => sum + row[step]! * sizes[i], 0) / all, 3)
    );
    expect(new Set(data.amounts.map((row) => row.at(-1))).size).toBeGreaterThan(1);
    expect(watch.toSVG()).toContain('density by layer');
    model.dispose();
  });

  test('reads no mask where nobody asks, and tells of one at the first step and where it changes', async () => {
    const model = mlp();
    const told: number[] = [];
    let step = 1;
    const listener: train.Watcher = {
      ...{ start: () => {}, end: () => {}, step: () => (step++, undefined) },
      observers: [core.observer('mask', () => told.push(step))]
    };
    const pruning = prune.gradual({ sparsity: 0.5, begin: 2, end: 8, every: 3 });
    await train.fit(model, task, { steps: 10, pruning, watch: listener, progress: false });
    expect([...new Set(told)]).toEqual([1, 5, 8]);
    expect(told).toHaveLength(3 * densityPaths(model));
    model.dispose();
  });

  function densities(model: core.Module): Record<string, number> {
    return Object.fromEntries(
      [...core.masksAt(model, core.maskedPaths(model))].map(([path, { variable }]) => {
        const values = variable.dataSync<'float32'>();
        return [path, values.reduce((a, b) => a + b, 0) / values.length];
      })
    );
  }

  const densityPaths = (model: core.Module): number => core.maskedPaths(model).length;
});

describe('a recorder of densities', () => {
  const mask = (path: string, kept: number[]) => ({
    kind: 'mask' as const,
    path,
    shape: [kept.length],
    kept: Uint8Array.from(kept)
  });

  test('keeps the last share of each path at the steps after', () => {
    const recorder = telemetry.densityRecorder();
    recorder.observe(mask('a', [1, 0, 1, 0]));
    recorder.step(1, { 'loss/train': 4 });
    recorder.step(2, { 'loss/train': 2, other: NaN });
    recorder.observe(mask('a', [0, 0, 1, 0]));
    recorder.observe(mask('b', [1, 1]));
    recorder.step(3);
    expect(recorder.data()).toMatchObject({
      ...{ layers: ['a', 'b'], steps: [1, 2, 3], scalars: { 'loss/train': [4, 2, null] } },
      amounts: [
        [0.5, 0.5, 0.25],
        [null, null, 1]
      ]
    });
    expect(() => recorder.step(3)).toThrow('DensityRecorder.step: step must be an integer of at least 4, got 3');
  });

  test('of a long run keeps at most as many steps as the contract has', () => {
    const recorder = telemetry.densityRecorder();
    recorder.observe(mask('a', [1, 0]));
    range(3000).forEach((step) => recorder.step(step + 1, { 'loss/train': 1 / (step + 1) }));
    const { steps, amounts } = recorder.data();
    expect(steps.length).toBeLessThanOrEqual(protocol.MAX_HISTORY_STEPS);
    expect([steps.at(-1), amounts[0].every((share) => share === 0.5)]).toEqual([3000, true]);
  });
});

describe('show.expertLoad', () => {
  const record = (load: number[], path = 'layers.0.moe') => {
    const recorder = telemetry.recorder();
    const indices = Int32Array.from(load.flatMap((count, expert) => range(count).map(() => expert)));
    recorder.observe({
      ...{ kind: 'routing', path, router: 'top-k', numExperts: load.length, k: 1, numTokens: indices.length },
      ...{ experts: load.map((_, e) => String(e)), indices, weights: new Float32Array(indices.length).fill(1) },
      ...{ dropped: null, importance: Float32Array.from(load), entropy: 0 }
    });
    recorder.step(1);
    return recorder;
  };
  const report = { groups: [{ name: 'layers.0.moe.experts', size: 3, kept: [0, 2] }] };

  test('has each expert before and after, and none after of one that went', () => {
    const { data } = show.expertLoad(record([5, 1, 4]), record([6, 4]), report);
    expect([data.layers, data.states, data.amounts]).toEqual([
      ['layers.0.moe 0', 'layers.0.moe 1', 'layers.0.moe 2'],
      ['before', 'after'],
      [[0.5, 0.6], [0.1, null], [0.4, 0.4]]
    ]); // prettier-ignore
  });

  test('a layer that kept all has all; what does not fit is refused', () => {
    const { amounts } = show.expertLoad(record([1, 3]), record([2, 2]), { groups: [] }).data;
    expect(amounts).toEqual([
      [0.25, 0.5],
      [0.75, 0.5]
    ]);
    expect(() => show.expertLoad(record([1, 1, 1]), record([1, 1, 1]), report)).toThrow(
      'show.expertLoad: "layers.0.moe" must have the 2 experts after that the report says, got 3'
    );
    expect(() => show.expertLoad(record([1, 3]), record([2, 2], 'other'), { groups: [] })).toThrow('the same layers');
    expect(() => show.expertLoad(telemetry.recorder(), telemetry.recorder(), report)).toThrow('must have seen a routed layer'); // prettier-ignore
  });
});

describe('layer-amounts', () => {
  const payload = (): protocol.LayerAmountsPayload => example('layer-amounts') as protocol.LayerAmountsPayload;

  test('the text has the first and the last step of each layer, the picture the losses', () => {
    const { data } = payload();
    const lines = String(show.figure(payload())).split('\n');
    expect(lines[2]).toMatch(/^layer +step 10 +step 500$/);
    expect(lines[3]).toMatch(new RegExp(`^${data.layers[0]} +100.0% +${(100 * data.amounts[0].at(-1)!).toFixed(1)}%$`));
    const svg = new JSDOM(show.figure(payload()).toSVG(), { contentType: 'image/svg+xml' }).window.document;
    expect(svg.querySelectorAll('g[aria-label="line"] path').length).toBeGreaterThan(0);
  });

  test('steps at which nothing changes are one bar of the picture; none where nothing is known', () => {
    const changed = payload();
    changed.data = {
      ...changed.data,
      ...{ layers: ['w'], steps: [1, 2, 3, 4, 5, 6], amounts: [[1, 1, 0.5, 0.5, 0.5, null]], scalars: {} }
    };
    const svg = new JSDOM(show.figure(changed).toSVG(), { contentType: 'image/svg+xml' }).window.document;
    const widths = Array.from(svg.querySelectorAll('g[aria-label="bar"] rect'), (bar) => Number(bar.getAttribute('width'))); // prettier-ignore
    expect(widths).toHaveLength(2);
    expect(widths[0] / widths[1]).toBeCloseTo(2 / 3, 2);
  });

  test('states are bars on the most there could be', () => {
    const shown = show.layerAmounts({ a: [8, 2], b: [4, 4] }, { states: ['before', 'after'], most: { a: 8, b: 16 } });
    const svg = new JSDOM(show.figure(shown).toSVG(), { contentType: 'image/svg+xml' }).window.document;
    const widths = Array.from(svg.querySelectorAll('g[aria-label="bar"] rect'), (bar) => Number(bar.getAttribute('width'))); // prettier-ignore
    // Four tracks, four bars: "a" reaches half of the longest track, that of "b".
    expect(widths).toHaveLength(8);
    expect(widths[0] / widths[2]).toBeCloseTo(0.5, 2);
    expect(widths.slice(4).map((width) => width / widths[2])).toEqual([0.5, 0.125, 0.25, 0.25].map((part) => expect.closeTo(part, 2))); // prettier-ignore
  });

  const SPOILT: [name: string, spoil: (data: protocol.LayerAmountsData) => void, message: string][] = [
    ['states beside steps', (d) => (d.states = ['now']), 'states: must be empty where there are steps, got 1'],
    ['a share above 1', (d) => (d.amounts[0][0] = 1.5), 'amounts[0][0]: must be null or a finite number in 0..1, got 1.5'], // prettier-ignore
    ['an amount below 0', (d) => { d.share = false; d.amounts[0][0] = -1; }, 'amounts[0][0]: must be null or a finite number of at least 0, got -1'], // prettier-ignore
    ['a row too few', (d) => d.amounts.pop(), 'amounts: must have 8 entries, got 7'],
    ['a step twice', (d) => (d.steps[1] = d.steps[0]), 'steps[1]: must be greater than 10, the step before, got 10'],
    ['a most too few', (d) => (d.most = [1]), 'most: must have 8 entries, got 1'],
    ['a scalar that is no list', (d) => (d.scalars = { a: 1 as never }), 'scalars["a"]: must be an array, got 1']
  ];

  test.each(SPOILT)('%s: refused', (_, spoil, message) => {
    const wrong = payload();
    spoil(wrong.data);
    expect(() => protocol.parsePayload(wrong)).toThrow(message);
  });
});
