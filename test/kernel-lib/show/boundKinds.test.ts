import { protocol, telemetry } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { KIND_EXAMPLES } from '../../support/kindExamples';
import { example } from '../../support/payloads';

type Kind = (typeof KIND_EXAMPLES)[number];
type Data<K extends Kind> = Extract<protocol.Payload, { kind: K }>['data'];

const bytes = (payload: protocol.Payload): number => Buffer.byteLength(JSON.stringify(payload));
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** As long as a label may be, and six bytes a character in JSON. */
const LONG = '\u0001'.repeat(256);
const THIRD = 1 / 3;

/** Data of each kind as large as the contract allows. */
const HUGE: { [K in Kind]: Data<K> } = {
  'depth-usage': {
    layers: range(1024).map(() => LONG),
    modules: range(32).map(() => LONG),
    usage: range(1024).map(() => range(32).map(() => 1 / 32)),
    flops: range(1024).map(() => range(32).map(() => 1e9 * THIRD)),
    cost: THIRD,
    budget: THIRD,
    tokens: {
      text: range(512).map(() => LONG),
      domain: range(512).map(() => 0),
      executed: range(1024).map(() => range(512).map(() => 31)),
      difficulty: range(512).map(() => THIRD),
      truncated: false
    },
    domains: range(64).map(() => LONG)
  },
  'router-confidence': {
    edges: range(101).map((i) => i / 100),
    reference: LONG,
    layers: range(1024).map(() => ({
      path: LONG,
      router: LONG,
      tokens: range(100).map(() => 0.01),
      agreement: range(100).map(() => THIRD),
      mean: THIRD
    }))
  },
  masks: {
    mode: 'mask',
    groups: range(1024).map(() => ({
      path: LONG,
      granularity: LONG,
      shape: [4096, 4096],
      kept: THIRD,
      grid: range(64).map(() => range(64).map(() => THIRD)),
      importance: range(256).map(() => THIRD),
      parts: { of: LONG, kept: range(256).map(() => THIRD), count: 4096 }
    })),
    before: { parameters: 1, flops: THIRD, milliseconds: THIRD, bytes: 4 },
    after: { parameters: 1, flops: THIRD, milliseconds: THIRD, bytes: 4 },
    metric: { name: LONG, before: THIRD, after: THIRD }
  },
  'merge-tree': {
    metric: LONG,
    layers: range(64).map(() => ({
      path: LONG,
      experts: range(512).map(() => LONG),
      merges: range(511).map((i) => ({
        left: i === 0 ? 0 : 511 + i,
        right: i + 1,
        distance: i + THIRD,
        size: i + 2
      })),
      groups: range(512).map(() => 0)
    }))
  },
  pareto: {
    x: { name: LONG, unit: LONG, better: 'lower' },
    y: { name: LONG, unit: LONG, better: 'higher' },
    series: range(32).map(() => LONG),
    points: range(1024).map((i) => ({ label: LONG, series: 0, x: i + THIRD, y: i + THIRD, low: THIRD, high: THIRD })),
    front: range(1024),
    trajectory: range(1024),
    lines: range(8).map(() => ({ label: LONG, x: range(512).map((i) => i + THIRD), y: range(512).map(() => THIRD) }))
  },
  'graph-rewiring': {
    measure: LONG,
    classes: range(64).map(() => LONG),
    nodes: range(512).map((i) => ({ label: LONG, class: 0, x: i * THIRD, y: -i * THIRD })),
    edges: range(1024).map((i) => ({
      from: i % 512,
      to: (i + 1) % 512,
      curvature: -i * THIRD,
      state: 'kept' as const
    })),
    sensitivity: { targets: range(512), decadesBelow: range(512).map((i) => range(512).map((j) => (i + j) * THIRD)) }
  },
  timeline: {
    devices: range(128).map(() => LONG),
    activities: range(32).map(() => LONG),
    spans: range(1024).map((i) => ({ device: i % 128, activity: 0, start: i * THIRD, end: i + 1, label: LONG }))
  },
  choices: {
    ...{ measure: LONG, outcome: LONG, method: LONG },
    choices: range(256).map((i) => ({
      label: LONG,
      value: i + THIRD,
      options: range(1024).map(() => ({ label: LONG, value: THIRD, count: 1 }))
    }))
  },
  trial: {
    study: LONG,
    objectives: range(8).map(() => ({ name: LONG, unit: LONG, better: 'lower' as const })),
    trials: range(1024).map((number) => ({
      number,
      state: 'complete' as const,
      parameters: Object.fromEntries(range(64).map((i) => [`${i}${LONG}`.slice(0, 256), LONG])),
      values: range(8).map(() => number + THIRD),
      intermediate: { steps: range(512), values: range(512).map(() => THIRD) },
      duration: THIRD,
      parent: null,
      resource: number + THIRD,
      architecture: number % 256
    })),
    architectures: range(256).map(() => ({
      nodes: range(128).map((layer) => ({ label: LONG, detail: LONG, layer, place: THIRD })),
      edges: range(127).flatMap((from) => [
        { from, to: from + 1, via: [] },
        { from: 0, to: from + 1, via: range(from).map(() => THIRD) }
      ])
    })),
    best: range(1024)
  },
  'layer-amounts': {
    ...{ measure: LONG, unit: LONG, share: false, layers: range(1024).map(() => LONG), steps: range(512), states: [] },
    amounts: range(1024).map(() => range(512).map(() => 1e9 * THIRD)),
    most: range(1024).map(() => THIRD),
    scalars: Object.fromEntries(range(64).map((i) => [`${i}${LONG}`.slice(0, 256), range(512).map(() => THIRD)]))
  },
  'pruning-groups': {
    modules: range(512).map(() => ({ path: LONG, repeats: 1 })),
    groups: range(512).map((column) => ({
      ...{ name: LONG, axis: LONG, size: 4096, values: 4096, repeats: 1, pinned: LONG, column },
      members: range(512).map((module) => ({ module, parameters: LONG }))
    }))
  }
};

function huge<K extends Kind>(kind: K): Extract<protocol.Payload, { kind: K }> {
  return { ...example(kind), data: HUGE[kind] } as Extract<protocol.Payload, { kind: K }>;
}

describe('bound of other kinds', () => {
  test.each(KIND_EXAMPLES)('%s as large as it may be fits, and follows the contract', (kind) => {
    const payload = telemetry.bound<protocol.Payload>(huge(kind));
    expect(bytes(payload)).toBeLessThanOrEqual(protocol.MAX_PAYLOAD_BYTES);
    expect(protocol.parsePayload(JSON.stringify(payload))).toEqual(payload);
  });

  test.each(KIND_EXAMPLES)('an example of %s keeps all but digits, and is not changed itself', (kind) => {
    const payload = example(kind);
    const copy = structuredClone(payload);
    const bounded = telemetry.bound<protocol.Payload>(payload);
    expect(payload).toEqual(copy);
    expect(bounded.data).not.toHaveProperty('omitted');
    const numbers = (value: unknown): number[] =>
      typeof value === 'number'
        ? [value]
        : Object.values(value ?? {}).flatMap((item: unknown) => (typeof item === 'string' ? [] : numbers(item)));
    const [before, after] = [numbers(payload.data), numbers(bounded.data)];
    expect(after).toHaveLength(before.length);
    after.forEach((x, i) => expect(Math.abs(x - before[i])).toBeLessThan(5.1e-4 * Math.max(1, Math.abs(x))));
  });

  test('a long sample of tokens is cut and says so, before any layer goes', () => {
    const payload = example('depth-usage') as protocol.DepthUsagePayload;
    const text = range(512).map((t) => `${'x'.repeat(200)}${t}`);
    const executed = payload.data.layers.map(() => text.map(() => 1));
    payload.data.tokens = { text, domain: text.map(() => 0), executed, difficulty: [], truncated: false };
    const { data } = telemetry.bound(payload);
    expect(data.layers).toHaveLength(6);
    expect(data.flops).toHaveLength(6);
    expect(data.tokens?.truncated).toBe(true);
    const kept = data.tokens!.text.length;
    expect(kept).toBeGreaterThan(200);
    expect(data.tokens!.executed.every((row) => row.length === kept)).toBe(true);
  });

  test('layers that do not fit are left out evenly, with both ends, and counted', () => {
    const { data } = telemetry.bound(huge('router-confidence'));
    expect(data.layers.length).toBeGreaterThan(10);
    expect(data.layers.length + data.omitted!).toBe(1024);
    const tall = huge('depth-usage');
    tall.data = {
      ...tall.data,
      layers: range(1024).map((i) => `layers.${i}`),
      tokens: null,
      domains: [],
      modules: range(32).map(String)
    };
    const cut = telemetry.bound(tall).data;
    expect([cut.layers[0], cut.layers.at(-1)]).toEqual(['layers.0', 'layers.1023']);
    expect(cut.layers.length + cut.omitted!).toBe(1024);
    expect(cut.usage).toHaveLength(cut.layers.length);
  });

  test('steps of amounts are averaged before a layer goes; then layers go, and are counted', () => {
    const wide = example('layer-amounts') as protocol.LayerAmountsPayload;
    const steps = range(512);
    const layers = range(100).map((i) => `layers.${i}.w`);
    const amounts = layers.map((_, i) => steps.map((step) => (step < 256 ? 1 : i * THIRD)));
    wide.data = {
      ...wide.data,
      share: false,
      layers,
      steps,
      amounts,
      scalars: { 'loss/train': steps.map(() => THIRD) }
    };
    const { data } = telemetry.bound(wide);
    expect([data.layers, data.omitted]).toEqual([layers, undefined]);
    expect(data.steps.length).toBeGreaterThan(16);
    expect(data.steps.length).toBeLessThan(512);
    expect([data.amounts[99].length, data.scalars['loss/train'].length]).toEqual([
      data.steps.length,
      data.steps.length
    ]);
    expect([data.steps.at(-1), data.amounts[99][0], data.amounts[99].at(-1)]).toEqual([511, 1, 33]);
    const cut = telemetry.bound(huge('layer-amounts')).data;
    expect(cut.layers.length).toBeGreaterThan(100);
    expect(cut.layers.length + cut.omitted!).toBe(1024);
    expect([cut.amounts.length, cut.most.length]).toEqual([cut.layers.length, cut.layers.length]);
  });

  test('groups that do not fit are left out evenly with the modules that only they had, and counted', () => {
    const payload = example('pruning-groups') as protocol.PruningGroupsPayload;
    payload.data = {
      modules: range(500).map((i) => ({ path: `layers.${i}.${'x'.repeat(100)}`, repeats: 1 })),
      groups: range(500).map((i) => ({
        ...{ name: `layers.${i}.hidden`, axis: 'hidden', size: 8, values: 8, repeats: 1, pinned: null, column: 0 },
        members: [{ module: i, parameters: 'weight 0' }]
      }))
    };
    const { groups, modules, omitted } = telemetry.bound(payload).data;
    expect(groups.length).toBeGreaterThan(100);
    expect(groups.length + omitted!).toBe(500);
    expect(modules).toHaveLength(groups.length);
    groups.forEach(({ name, members }) => expect(modules[members[0].module].path).toContain(`${name.slice(0, -6)}x`));
    expect([groups[0].name, groups.at(-1)!.name]).toEqual(['layers.0.hidden', 'layers.499.hidden']);
  });

  test('the front outlives the points behind it, and indices follow', () => {
    const payload = example('pareto') as protocol.ParetoPayload;
    const label = 'x'.repeat(120);
    payload.data.points = range(1000).map((i) => ({
      label,
      series: 0,
      x: i,
      y: i % 100 === 0 ? 1 : 0,
      low: null,
      high: null
    }));
    payload.data.front = range(10).map((i) => i * 100);
    payload.data.trajectory = range(1000);
    const { data } = telemetry.bound(payload);
    expect(data.points.length).toBeLessThan(1000);
    expect(data.front.map((i) => data.points[i].x)).toEqual(payload.data.front);
    expect(data.trajectory).toEqual(range(data.points.length));
    expect(data.points.length + data.omitted!).toBe(1000);
  });

  test('edges that were rewired outlive those that were kept, flat ones go first', () => {
    const payload = huge('graph-rewiring');
    payload.data = structuredClone(payload.data);
    payload.data.edges[0].state = 'added';
    const { edges } = telemetry.bound(payload).data;
    expect(edges.length).toBeLessThan(1024);
    expect(edges[0].state).toBe('added');
    const least = Math.min(...edges.slice(1).map(({ curvature }) => Math.abs(curvature!)));
    expect(least).toBeCloseTo((1024 - edges.slice(1).length) * THIRD, 3);
  });

  test('a rewired graph says how large the whole is where a part is left of it, and only there', () => {
    const payload = huge('graph-rewiring');
    payload.data = { ...structuredClone(payload.data), of: { nodes: 512, edges: 1024 } };
    expect(telemetry.bound(payload).data.of).toEqual({ nodes: 512, edges: 1024 });
    const small = { ...payload.data, nodes: payload.data.nodes.slice(0, 2), edges: payload.data.edges.slice(0, 1) };
    expect(telemetry.bound({ ...payload, data: { ...small, of: { nodes: 2, edges: 1 } } }).data).not.toHaveProperty(
      'of'
    );
    expect(telemetry.bound({ ...payload, data: { ...small, of: { nodes: 3, edges: 1 } } }).data.of?.nodes).toBe(3);
  });

  test('what a timeline keeps is whole up to a moment', () => {
    const payload = huge('timeline');
    payload.data = {
      ...payload.data,
      devices: range(128).map(String),
      activities: ['a'],
      spans: [...payload.data.spans].reverse()
    };
    const { spans, omitted } = telemetry.bound(payload).data;
    expect(spans.length + (omitted ?? 0)).toBe(1024);
    expect(spans.map(({ start }) => start).reverse()).toEqual(
      range(spans.length).map((i) => Number((i * THIRD).toFixed(6)))
    );
  });

  test('a grid gets coarser by blocks of its neighbours', () => {
    const payload = example('masks') as protocol.MasksPayload;
    // Rows alternate between kept and pruned: every block of whole pairs keeps half.
    const grid = range(64).map((r) => range(64).map(() => r % 2));
    payload.data.groups = range(40).map((i) => ({ ...payload.data.groups[0], path: `w${i}`, grid, importance: [] }));
    const { groups } = telemetry.bound(payload).data;
    expect(groups).toHaveLength(40);
    expect(groups[0].grid.length).toBeLessThan(64);
    const mean = groups[0].grid.flat().reduce((sum, x) => sum + x, 0) / groups[0].grid.flat().length;
    expect(mean).toBeCloseTo(0.5, 1);
  });
});
