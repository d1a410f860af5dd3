import { protocol, show, telemetry } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { example } from '../../../support/payloads';

const bytes = (payload: unknown): number => Buffer.byteLength(JSON.stringify(payload));
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('show.trial', () => {
  test('the best of one objective is the complete trial with the best value; others never are', () => {
    const { kind, source, data } = show.trial(
      [
        { parameters: { width: 64, router: 'soft', shared: true }, values: 0.5, duration: 2 },
        { parameters: { width: 32 }, values: 0.2, state: 'pruned', intermediate: [[10, 0.9], [20, 0.2]] }, // prettier-ignore
        { parameters: { width: 16 }, values: 0.4, parent: 0 },
        { parameters: {}, values: NaN },
        { parameters: {}, state: 'failed' }
      ],
      { study: 'widths', objectives: [{ name: 'loss', better: 'lower' }] }
    );
    expect([kind, source.title]).toEqual(['trial', 'widths, 5 trials']);
    expect(data.best).toEqual([2]);
    expect(data.trials[2]).toEqual({
      ...{ number: 2, state: 'complete', parameters: { width: 16 }, values: [0.4] },
      ...{ intermediate: { steps: [], values: [] }, duration: null, parent: 0 }
    });
    expect(data.trials[1].intermediate).toEqual({ steps: [10, 20], values: [0.9, 0.2] });
    expect(data.trials.slice(3).map(({ values }) => values)).toEqual([[null], [null]]);
    expect(protocol.bestSoFar(data)).toEqual([0.5, 0.5, 0.4, 0.4, 0.4]);
  });

  test('of several objectives the best are those that no other beats in all', () => {
    const objectives = [
      { name: 'loss', better: 'lower' as const },
      { name: 'accuracy', better: 'higher' as const }
    ];
    // The third is beaten by the first, the fourth equals it, the fifth is worse in both.
    const values = [[1, 0.5], [2, 0.9], [1.5, 0.5], [1, 0.5], [3, 0.1]]; // prettier-ignore
    const { data } = show.trial(values.map((each) => ({ parameters: {}, values: each })), { objectives }); // prettier-ignore
    expect(data.best).toEqual([0, 1, 3]);
    expect(protocol.bestSoFar(data, 1)).toEqual([0.5, 0.9, 0.9, 0.9, 0.9]);
  });

  test('refuses a value too few, and a number that is there twice', () => {
    expect(() => show.trial([{ parameters: {}, values: [1, 2] }])).toThrow(
      'show.trial: trial 0 must have 1 values, one for each objective, got 2'
    );
    expect(() =>
      show.trial([
        { number: 3, parameters: {} },
        { number: 3, parameters: {} }
      ])
    ).toThrow('show.trial: each trial must have a number of its own, got 3');
  });
});

describe('thousands of trials', () => {
  const loss = (i: number): number => (i === 1234 ? 0.1 : i === 700 ? 0.2 : 1 + ((i * 37) % 101) / 101);
  const trials = range(3000).map((number) => ({
    ...{ number, parameters: { width: 64 + number, router: 'expert-choice' }, values: loss(number) },
    intermediate: range(40).map((s): [number, number] => [10 * s, 2 - s / 40])
  }));
  const { data } = show.trial(trials);
  const kept = data.trials.map(({ number }) => number);

  test('fit, and say what was left out', () => {
    expect(bytes(show.trial(trials))).toBeLessThanOrEqual(protocol.MAX_PAYLOAD_BYTES);
    expect(kept.length).toBeGreaterThan(100);
    expect(data.omitted).toBe(3000 - kept.length);
    const told = data.trials.reduce((sum, { intermediate }) => sum + intermediate.steps.length, 0);
    expect(data.omittedSteps).toBe(40 * kept.length - told);
    expect(data.omittedParameters).toBeUndefined();
    expect(String(show.figure(show.trial(trials)))).toContain(
      `${2900 - kept.length + 100 - 24 + kept.length} more trials`
    );
  });

  test('keep the best, what was best before it, the newest, and an even sample of the others', () => {
    expect(data.best.map((i) => kept[i])).toEqual([1234]);
    expect(kept).toContain(700);
    const quarter = Math.floor(kept.length / 4);
    expect(kept.slice(-quarter)).toEqual(range(quarter).map((i) => 3000 - quarter + i));
    const gaps = kept.slice(0, -quarter).map((number, i) => number - (kept[i - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan((2 * 3000) / (0.7 * kept.length));
    // The curve of the best so far is the whole study's at every trial that is here.
    const whole = range(3000).map(loss);
    const reached = kept.map((number) => Math.min(...whole.slice(0, number + 1)));
    expect(protocol.bestSoFar(data)).toEqual(reached.map((value) => Number(value.toPrecision(5))));
  });
});

test('the text names the best first, and the picture has a mark a trial and a line a way', () => {
  const payload = example('trial') as protocol.TrialPayload;
  const { trials, best } = payload.data;
  const lines = String(show.figure(payload)).split('\n');
  expect(lines[1]).toBe('40 trials: 31 complete, 7 pruned, 1 failed, 1 running');
  expect(lines[3]).toMatch(new RegExp(`^\\*${trials[best[0]].number} +complete`));
  const svg = new JSDOM(show.figure(payload).toSVG(), { contentType: 'image/svg+xml' }).window.document;
  // A trial has a mark by its number, and one on its rung.
  expect(svg.querySelectorAll('g[aria-label="dot"] circle')).toHaveLength(2 * 38);
  // The best so far, and the ways: all but the best's, and the best's; and the edges of the best's network.
  expect(Array.from(svg.querySelectorAll('g[aria-label="line"]'), (group) => group.childElementCount)).toEqual([
    1, 39, 1, 7
  ]);
  // Three were promoted from the first rung to the second.
  expect(svg.querySelectorAll('g[aria-label="link"] path')).toHaveLength(3);
  expect(lines).toContain('rungs: 200: 4 paused, 1 failed, 3 promoted; 400: 31 complete, 1 running');
  const at = lines.indexOf(`network of trial ${trials[best[0]].number}:`);
  expect(lines[at + 4]).toMatch(/^3 +experts +8 experts, top-k +2$/);
  expect(lines[at + 6]).toMatch(/^5 +add +- +2 3 4$/);
});

describe('networks of trials', () => {
  const cell = { nodes: [{ label: 'input' }, { label: 'conv', detail: 'width 8' }, { label: 'output' }], edges: [[0, 1], [1, 2], [0, 2]] } as const; // prettier-ignore

  test('are laid out, each once', () => {
    const chain = { nodes: cell.nodes.slice(0, 2), edges: [[0, 1]] } as const;
    const { data } = show.trial([
      { parameters: {}, values: 3, architecture: cell, resource: 5 },
      { parameters: {}, values: 2 },
      { parameters: {}, values: 1, architecture: structuredClone(cell) },
      { parameters: {}, values: 4, architecture: chain }
    ]);
    expect(data.trials.map(({ architecture }) => architecture)).toEqual([0, undefined, 0, 1]);
    expect(data.trials.map(({ resource }) => resource)).toEqual([5, undefined, undefined, undefined]);
    expect(data.architectures).toHaveLength(2);
    const { nodes, edges } = data.architectures![0];
    expect(nodes.map(({ layer }) => layer)).toEqual([0, 1, 2]);
    expect(nodes[1]).toMatchObject({ label: 'conv', detail: 'width 8' });
    // The edge past the node crosses its layer beside it.
    expect(edges[2].via).toHaveLength(1);
    expect(Math.abs(edges[2].via[0] - nodes[1].place)).toBe(1);
  });

  test('of thousands those of the best stay, and how many are left out is said', () => {
    const chain = (i: number) => ({
      nodes: range(20).map((n) => ({ label: `layer ${n}`, detail: `width ${i}` })),
      edges: range(19).map((n): [number, number] => [n, n + 1])
    });
    const loss = (i: number): number => (i === 321 ? 0 : 1 + (i % 7));
    const { data } = telemetry.bound(
      show.trial(range(2000).map((i) => ({ parameters: { width: i }, values: loss(i), architecture: chain(i) })))
    ) as protocol.TrialPayload;
    const best = data.trials[data.best[0]];
    expect(best.number).toBe(321);
    expect(data.architectures![best.architecture!].nodes[0].detail).toBe('width 321');
    expect(data.architectures!.length).toBeGreaterThan(10);
    const drawn = data.trials.filter(({ architecture }) => architecture !== undefined);
    expect(drawn.length + data.omittedArchitectures!).toBe(data.trials.length);
    drawn.forEach(({ number, architecture }) =>
      expect(data.architectures![architecture!].nodes[0].detail).toBe(`width ${number}`)
    );
  });

  test('more nodes than a payload takes are left out, with a word', () => {
    const long = { nodes: range(200).map((n) => ({ label: String(n) })), edges: range(199).map((n) => [n, n + 1] as const) }; // prettier-ignore
    const { data } = show.trial([{ parameters: {}, values: 1, architecture: long }]);
    expect(data.architectures![0].nodes).toHaveLength(128);
    expect(data.architectures![0].omitted).toBe(72);
    expect(() => protocol.parsePayload(show.trial([{ parameters: {}, architecture: long }]))).not.toThrow();
  });

  test.each([
    ['without a node', { nodes: [], edges: [] }, 'there must be a node, got none'],
    ['with an edge to nowhere', { nodes: [{ label: 'a' }], edges: [[0, 1]] }, 'edges must be pairs of 0..0, got [0,1]'],
    ['in a circle', { nodes: [{ label: 'a' }, { label: 'b' }], edges: [[0, 1], [1, 0]] }, 'edges must not go round in a circle'] // prettier-ignore
  ] as const)('%s: refused', (_, architecture, message) => {
    expect(() => show.trial([{ parameters: {}, architecture }])).toThrow(`show.trial: architecture: ${message}`);
  });
});

test('a trial is promoted where another goes on from it with more, not where another is made of it', () => {
  const { data } = show.trial([
    { parameters: {}, values: 3, state: 'pruned', resource: 1 },
    { parameters: {}, values: 2, state: 'pruned', resource: 1 },
    { parameters: {}, values: 1, state: 'pruned', resource: 3, parent: 1 },
    { parameters: {}, values: 5, state: 'pruned', resource: 1, parent: 0 },
    { parameters: {}, state: 'failed', resource: 9, parent: 2 },
    { parameters: {}, values: 1, state: 'pruned' }
  ]);
  expect(protocol.trialFates(data, false)).toEqual(['paused', 'promoted', 'promoted', 'paused', 'failed', 'pruned']);
  expect(protocol.trialFates(data, true)).toEqual(['stopped', 'promoted', 'promoted', 'stopped', 'failed', 'pruned']);
  expect(protocol.trialLine(data, 4).map(({ number }) => number)).toEqual([4, 2, 1]);
  expect(protocol.trialLine(data, 3).map(({ number }) => number)).toEqual([3]);
  expect(protocol.trialLine(data, 99)).toEqual([]);
});

const SPOILT: [name: string, spoil: (data: protocol.TrialData) => void, message: string][] = [
  ['trials that go back', (d) => (d.trials[1].number = 0), 'must be greater than 0, the number before, got 0'],
  ['a parent that came later', (d) => (d.trials[9].parent = 9), 'trials[9].parent: must be an integer in 0..8, got 9'],
  ['a value too many', (d) => d.trials[0].values.push(1), 'values: must have 1 entries, got 2'],
  [
    'a parameter that is a list',
    (d) => (d.trials[0].parameters.x = [] as never),
    'parameters["x"]: must be a text, a number, true, false or null, got an array of 0'
  ],
  [
    'a value without its step',
    (d) => d.trials[0].intermediate.steps.pop(),
    'intermediate.values: must have 7 entries, got 8'
  ],
  [
    'a network that is not there',
    (d) => (d.trials[0].architecture = 99),
    'trials[0].architecture: must be an integer in 0..'
  ],
  [
    'a resource below 0',
    (d) => (d.trials[0].resource = -1),
    'trials[0].resource: must be a finite number of at least 0, got -1'
  ],
  ['an edge within a layer', (d) => (d.architectures![0].edges[0] = { from: 2, to: 3, via: [] }), 'edges[0].to: must be a node in a layer after 2, got 3'], // prettier-ignore
  [
    'an edge that goes up',
    (d) => (d.architectures![0].edges[0] = { from: 1, to: 0, via: [] }),
    'edges[0].to: must be a node in a layer after 1, got 0'
  ],
  [
    'an edge without its places',
    (d) => (d.architectures![0].edges[3].via = []),
    'edges[3].via: must have 1 entries, got 0'
  ],
  [
    'an edge to nowhere',
    (d) => (d.architectures![0].edges[0].to = 6),
    'edges[0].to: must be an integer in 0..5, got 6'
  ],
  ['a network of nothing', (d) => (d.architectures![0].nodes = []), 'nodes: must have at least 1 entries, got 0'],
  [
    'a layer far below',
    (d) => (d.architectures![0].nodes[5].layer = 1e6),
    'nodes[5].layer: must be an integer in 0..127, got 1000000'
  ],
  ['a best that is not there', (d) => (d.best = [40]), 'best[0]: must be an integer in 0..39, got 40']
];

test.each(SPOILT)('%s: refused', (_, spoil, message) => {
  const payload = example('trial') as protocol.TrialPayload;
  spoil(payload.data);
  expect(() => protocol.parsePayload(payload)).toThrow(message);
});

test('bound leaves a payload alone that fits', () => {
  const payload = example('trial');
  expect(telemetry.bound(payload)).toEqual(payload);
});
