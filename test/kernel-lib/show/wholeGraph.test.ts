import { graph, kernel, protocol, show } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { afterEach, beforeEach, expect, test } from 'vitest';

type Sent = { type: string; content: { comm_id: string; data: Record<string, unknown> }; buffers: Uint8Array[] };

const DISPLAY = Symbol.for('switchyard.display');
const shared = (): { host: unknown } =>
  (globalThis as unknown as Record<symbol, { host: unknown }>)[Symbol.for('switchyard.kernel')];

let sent: Sent[] = [];
let display: unknown;
let panels = 0;

beforeEach(() => {
  sent = [];
  shared().host = { sendComm: (message: Sent) => sent.push(message), clearOutput: () => undefined, cell: () => null };
  display = Reflect.get(globalThis, DISPLAY);
  Reflect.set(globalThis, DISPLAY, { capture: () => () => undefined });
});

afterEach(() => {
  shared().host = null;
  if (display === undefined) {
    Reflect.deleteProperty(globalThis, DISPLAY);
  } else {
    Reflect.set(globalThis, DISPLAY, display);
  }
});

/** What a panel hears that opens a run and asks for its details. */
function ask({ runId }: protocol.Payload): Sent[] {
  const heard = sent.length;
  const comm_id = `graph panel ${panels++}`;
  const event = (data: object): kernel.CommEvent => ({ data: { ...data }, metadata: {}, buffers: [] });
  kernel.comms.receive('comm_open', { comm_id, target_name: protocol.CONTROL_TARGET }, event({ runId }));
  kernel.comms.receive('comm_msg', { comm_id }, event({ type: 'details', layer: '' }));
  return sent.slice(heard);
}

function wholeOf(payload: protocol.Payload): protocol.WholeGraph {
  const { content, buffers } = ask(payload).at(-1)!;
  const details = protocol.parseControlDetails(JSON.parse(JSON.stringify(content.data)), buffers);
  return (details as protocol.GraphDetails).graph;
}

const GRID = graph.generators.grid({ rows: 30, columns: 40 });

test('an output holds a part of a large graph; who asks the kernel that shows it is told all of it', () => {
  const payload = show.graph(GRID);
  const { nodes, edges, of, omitted } = payload.data;
  expect([nodes.length, of]).toEqual([512, { nodes: 1200, edges: 30 * 39 + 29 * 40 }]);
  expect(omitted).toBe(of!.edges - edges.length);
  expect(ask(payload).map(({ type }) => type)).toEqual(['comm_close']);
  show.payload(payload);
  const whole = wholeOf(payload);
  expect([whole.of, whole.x.length, whole.labels, whole.before]).toEqual([of, 1200, null, null]);
  // The part is where it is in the whole.
  nodes.forEach(({ label, x, y }) => {
    expect(Math.abs(whole.x[Number(label)] - x)).toBeLessThan(1e-2);
    expect(Math.abs(whole.y[Number(label)] - y)).toBeLessThan(1e-2);
  });
  const ends = new Set(Array.from(whole.from, (from, e) => `${from} ${whole.to[e]}`));
  expect(ends.size).toBe(of!.edges);
  edges.forEach(({ from, to }) => expect(ends.has(`${nodes[from].label} ${nodes[to].label}`)).toBe(true));
});

test('the saved picture has 2,000 nodes of it and says so, a path for all edges that look alike', () => {
  const large = graph.generators.grid({ rows: 60, columns: 70 });
  const places = Array.from({ length: 4200 }, (_, i) => [i % 70, Math.floor(i / 70)]);
  const svg = show.figure(show.graph(large, { places })).toSVG();
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  const d = (selector: string): string[] => Array.from(document.querySelectorAll(selector), (path) => path.getAttribute('d')!); // prettier-ignore
  const dots = d('path[stroke-linecap]').flatMap((path) => path.match(/M[\d.]+,[\d.]+h0/g)!);
  expect(new Set(dots).size).toBe(2000);
  const lines = d('path[fill=none]').flatMap((path) => path.match(/M[\d.]+,[\d.]+L[\d.]+,[\d.]+/g)!);
  expect(document.documentElement.textContent).toContain(`2000 of 4200 nodes, ${lines.length} of 8270 edges`);
  expect(lines.length).toBeGreaterThan(3500);
  // An edge of the grid is a level or an upright line between two dots.
  const ends = lines[7].slice(1).split('L');
  expect(ends.every((end) => dots.includes(`M${end}h0`))).toBe(true);
  expect(svg.length).toBeLessThan(200_000);
});

test('a panel hears that nothing runs, and nothing of pausing', () => {
  const payload = show.graph(GRID);
  show.payload(payload);
  const [status] = ask(payload);
  expect(protocol.parseControlStatus(status.content.data)).toMatchObject({ state: 'finished', noProbe: 'show.payload: nothing runs' }); // prettier-ignore
});

test('what changed is in the whole with its state and its curvature before', () => {
  const ends = Array.from(GRID.sources, (source, e): [number, number] => [source, GRID.targets[e]]);
  const isCut = ([a, b]: [number, number]): boolean => Math.min(a, b) === 600 && Math.max(a, b) === 601;
  const changed = graph.fromEdges({ numNodes: 1200, edges: [...ends.filter((edge) => !isCut(edge)), [600, 603], [603, 600]] }); // prettier-ignore
  const payload = show.graph(changed, { before: GRID, title: 'changed' });
  show.payload(payload);
  const whole = wholeOf(payload);
  const at = (a: number, b: number): number => whole.from.findIndex((from, e) => from === a && whole.to[e] === b);
  const states = (edge: number): unknown[] => [protocol.EDGE_STATES[whole.states[edge]], Number.isNaN(whole.curvature[edge]), Number.isNaN(whole.before![edge])]; // prettier-ignore
  expect([at(600, 601), at(600, 603), at(0, 1)].map(states)).toEqual([
    ['removed', true, false],
    ['added', false, true],
    ['kept', false, false]
  ]);
  const shown = payload.data.edges.filter(({ state }) => state !== 'kept').map(({ from, to }) => [from, to].map((node) => payload.data.nodes[node].label)); // prettier-ignore
  expect(shown.sort()).toEqual([['600', '601'], ['600', '603']]); // prettier-ignore
  expect([payload.source.title, payload.data.nodes.map(({ label }) => label).includes('39')]).toEqual([
    'changed',
    false
  ]);
});

test('the part is where something changed, be it far from where most edges meet', () => {
  const ends = Array.from(GRID.sources, (source, e): [number, number] => [source, GRID.targets[e]]);
  const cut = graph.fromEdges({ numNodes: 1200, edges: ends.filter(([a, b]) => Math.min(a, b) !== 1198 || Math.max(a, b) !== 1199) }); // prettier-ignore
  const places = Array.from({ length: 1200 }, (_, i) => [i % 40, Math.floor(i / 40)]);
  const { edges, nodes } = show.graph(cut, { before: GRID, places }).data;
  const changed = edges.filter(({ state }) => state === 'removed');
  expect(changed.map(({ from, to }) => [nodes[from].label, nodes[to].label])).toEqual([['1198', '1199']]);
  // Where nothing has changed, it is around a node with most neighbours.
  expect(show.graph(GRID, { places }).data.nodes.map(({ label }) => label)).toContain('41');
  expect(nodes.map(({ label }) => label)).not.toContain('41');
});

test('of the latest eight outputs all is kept, of a small graph nothing is', () => {
  const small = show.graph(graph.generators.ring({ nodes: 5 }));
  show.payload(small);
  expect(small.data.of).toBeUndefined();
  const all = Array.from({ length: 9 }, () =>
    show.graph(GRID, { places: Array.from({ length: 1200 }, (_, i) => [i, 0]) })
  );
  all.forEach((payload) => show.payload(payload));
  const isClosed = (payload: protocol.Payload): boolean => ask(payload)[0].type === 'comm_close';
  expect([small, ...all].map(isClosed)).toEqual([true, true, ...new Array<boolean>(8).fill(false)]);
});

test('beyond the bounds of a panel the flattest edges go, and that is told', () => {
  const numNodes = protocol.MAX_LIVE_NODES + 10;
  const edges = Array.from({ length: protocol.MAX_LIVE_EDGES + 500 }, (_, e) => ({
    ...{ from: e % numNodes, to: (e + 1 + Math.floor(e / numNodes)) % numNodes },
    curvature: e < 600 ? 0 : 1,
    state: e === protocol.MAX_LIVE_EDGES + 499 ? ('added' as const) : ('kept' as const)
  }));
  const payload = show.graphRewiring({ nodes: numNodes, edges });
  show.payload(payload);
  const whole = wholeOf(payload);
  expect(whole.of).toEqual({ nodes: numNodes, edges: edges.length });
  expect([whole.x.length, whole.states.length <= protocol.MAX_LIVE_EDGES]).toEqual([protocol.MAX_LIVE_NODES, true]);
  expect(whole.states.filter((state) => protocol.EDGE_STATES[state] === 'added')).toHaveLength(1);
  // Of the 600 flat ones as many are left as there was room for.
  expect(whole.curvature.filter((value) => value === 0).length).toBeLessThan(400);
  expect(whole.curvature.filter((value) => value === 1).length).toBeGreaterThan(99_500);
  expect(payload.data.nodes).toHaveLength(512);
});

test('places must be one for each node, and an edge needs its way back', () => {
  const path = graph.generators.path({ nodes: 3 });
  expect(() => show.graph(path, { places: [[0, 0]] })).toThrow(
    'show.graph: places must be two numbers for each of the 3 nodes, got 1 places'
  );
  expect(() => show.graph(path, { places: [[0, 0], [1], [2, 2]] })).toThrow('got [1]');
  const oneWay = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
  expect(() => show.graph(oneWay)).toThrow('each edge of the graph must have its way back');
});
