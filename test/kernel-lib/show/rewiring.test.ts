import { graph, protocol, show, telemetry } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { expect, test } from 'vitest';

const BARBELL = graph.generators.barbell({ clique: 4 });
const { report } = graph.rewire.sdrf(BARBELL, { steps: 2, removeAbove: 1.3 });

test('show.rewiring has each edge once, with its curvature before and after', () => {
  const payload = protocol.parsePayload(show.rewiring(report)) as protocol.GraphRewiringPayload;
  const { edges, nodes, classes, measure } = payload.data;
  const count = (state: string): number => edges.filter((edge) => edge.state === state).length;
  expect([count('kept'), count('added'), count('removed')]).toEqual([13 - report.removed.length, 2, report.removed.length]); // prettier-ignore
  expect(edges.find(({ from, to }) => from === 3 && to === 4)).toMatchObject({ before: -1, state: 'kept' });
  edges.forEach(({ state, curvature, before }) => expect([before === null, curvature === null]).toEqual([state === 'added', state === 'removed'])); // prettier-ignore
  expect([classes, measure, nodes[7].class]).toEqual([['0', '1'], 'balanced Forman curvature', 1]);
  expect(payload.source.title).toBe('graph.rewire.sdrf: 0 of 2 added edges meet its criterion');
  expect(show.rewiring(report).data).toEqual(payload.data);
});

test('a rewiring is shown as its report is', () => {
  const rewired = graph.rewire.sdrf(BARBELL, { steps: 2, removeAbove: 1.3 });
  expect(show.rewiring(rewired).data).toEqual(show.rewiring(report).data);
});

test('options: Ollivier, labels, names of classes, a title; another measure is refused', () => {
  const { data, source } = show.rewiring(report, { measure: 'Ollivier', labels: 'a b c d e f g h'.split(' '), classes: ['left', 'right'], title: 'two cliques' }); // prettier-ignore
  expect(data.edges.find(({ from, to }) => from === 3 && to === 4)!.before).toBeCloseTo(-1, 12);
  expect([data.measure, data.nodes[7].label, data.classes, source.title]).toEqual(['Ollivier curvature', 'h', ['left', 'right'], 'two cliques']); // prettier-ignore
  expect(() => show.rewiring(report, { measure: 'Forman' as 'Ollivier' })).toThrow('show.rewiring: measure must be one of balanced Forman, Ollivier, got Forman'); // prettier-ignore
});

test('the picture has two graphs side by side: removed edges dotted before, added ones dashed after, and bent, to be seen beside the others', () => {
  const { document } = new JSDOM(show.figure(show.rewiring(report)).toSVG(), { contentType: 'image/svg+xml' }).window;
  const links = (mark: string, dashes: string): number => document.querySelectorAll(`g[aria-label="${mark}"][stroke-dasharray="${dashes}"] path`).length; // prettier-ignore
  expect(document.querySelectorAll('g[aria-label="dot"] circle')).toHaveLength(16);
  expect([links('arrow', '6 4'), links('link', '2 3')]).toEqual([2, report.removed.length]);
  expect(document.documentElement.textContent).toMatch(/before.*after/s);
});

test('of more than 512 nodes those nearest to what changed are shown, and it fits', () => {
  const path = graph.generators.path({ nodes: 600 });
  const long = graph.rewire.virtualNode(path, { count: 0 }).report;
  const ends = Array.from(path.sources, (source, e): [number, number] => [source, path.targets[e]]);
  const output = graph.fromEdges({ numNodes: 600, edges: [...ends, [300, 302], [302, 300]] });
  const joined = { ...long, output, added: [{ source: 300, target: 302, value: null, met: null }] };
  const { nodes } = protocol.parsePayload(show.rewiring(joined)).data as protocol.GraphRewiringData;
  expect(nodes).toHaveLength(512);
  expect(nodes.map(({ label }) => label)).toContain('301');
  expect(nodes.map(({ label }) => label)).not.toContain('5');
});

test('in an output curvature has four digits, before as after', () => {
  const third = graph.rewire.fosr(graph.generators.tree({ branching: 2, depth: 3 }), { edges: 1 }).report;
  const { edges } = (telemetry.bound(show.rewiring(third)) as protocol.GraphRewiringPayload).data;
  expect(edges.flatMap(({ before }) => before ?? [])).toContain(-0.6667);
  expect(edges.flatMap(({ curvature }) => curvature ?? [])).toContain(-0.6667);
});

test('virtual nodes and parts that were joined are in the layout', () => {
  const { data } = show.rewiring(graph.rewire.virtualNode(graph.generators.cycles({ lengths: [4, 4] })).report);
  const places = new Set(data.nodes.map(({ x, y }) => `${x} ${y}`));
  expect(places.size).toBe(9);
});

/** As our kernel asks a plain object. */
const hooks = globalThis as unknown as Record<symbol, { showData: (value: object) => Record<string, string> | null }>;

test('a rewiring, and its report, show themselves: the picture, and its shape before and after in the text', () => {
  const done = graph.rewire.fosr(graph.generators.cycles({ lengths: [4, 4] }), { edges: 2 });
  for (const value of [done, done.report]) {
    const bundle = hooks[Symbol.for('switchyard.kernel')].showData(value)!;
    expect(Object.keys(bundle)).toContain('image/svg+xml');
    const text = bundle['text/plain'];
    expect(text).toMatch(/components +2 +1/);
    expect(text).toMatch(/total effective resistance +infinite +\d/);
    expect(text).toContain(`criterion of an added edge: ${done.report.criterion}; ${done.report.criterionMet.met} of 2 meet it`); // prettier-ignore
  }
});

test('show.graph with values of edges in place of curvature: one way alone, both ways as their mean, no loops; what is refused', () => {
  const g = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 0], [2, 1], [3, 3], [0, 2]] }); // prettier-ignore
  const value = (u: number, v: number): number => u + 10 * v;
  const values = Float32Array.from(g.sources, (u, e) => value(u, g.targets[e]));
  const { data } = protocol.parsePayload(show.graph(g, { edgeValues: { name: 'attention', values } })) as protocol.GraphRewiringPayload; // prettier-ignore
  expect(data.edges.map(({ from, to, curvature, before }) => [from, to, curvature, before])).toEqual([[0, 1, (10 + 1) / 2, undefined], [1, 2, 12, undefined], [0, 2, 20, undefined]]); // prettier-ignore
  expect([data.measure, data.nodes.length]).toEqual(['attention', 4]);
  expect(() => show.graph(g, { edgeValues: { name: 'a', values: [1] } })).toThrow('show.graph: values must be finite numbers, one for each of the 5 edges, got 1 values'); // prettier-ignore
  expect(() => show.graph(g, { edgeValues: { name: 'a', values: [1, 2, NaN, 4, 5] } })).toThrow('got NaN');
  expect(() => show.graph(BARBELL, { before: BARBELL, edgeValues: { name: 'a', values: [] } })).toThrow('show.graph: values of edges are of one graph, without one before'); // prettier-ignore
});
