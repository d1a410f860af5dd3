import { expect, test } from 'vitest';
import type { GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import { graphBefore } from '../../../../extension/charts/graphRewiring/graphBefore';
import { graphRewiring } from '../../../../extension/charts/graphRewiring/graphRewiring';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

function small(): GraphRewiringPayload {
  const payload = kind('graph-rewiring');
  payload.data = {
    measure: 'curvature',
    classes: ['left', 'right'],
    nodes: [
      { label: 'a', class: 0, x: 0, y: 0 },
      { label: 'b', class: 0, x: 2, y: 0 },
      { label: 'c', class: 1, x: 2, y: 4 }
    ],
    edges: [
      { from: 0, to: 1, curvature: 1, state: 'kept' },
      { from: 1, to: 2, curvature: -2, state: 'removed' },
      { from: 0, to: 2, curvature: null, state: 'added' }
    ]
  };
  return payload;
}

const line = (figure: ReturnType<typeof graphRewiring>, dash: string) =>
  traces(figure).find((trace) => trace.mode === 'lines' && trace.line.dash === dash && trace.x[0] !== null)!;

test('an edge is a line between its nodes, solid, dashed or dotted by what became of it', () => {
  const figure = graphRewiring(small(), context);
  expect([line(figure, 'solid').x, line(figure, 'solid').y]).toEqual([
    [0, 2, null],
    [0, 0, null]
  ]);
  expect([line(figure, 'dot').x, line(figure, 'dot').y]).toEqual([
    [2, 2, null],
    [0, 4, null]
  ]);
  expect(line(figure, 'dash').x).toEqual([0, 2, null]);
});

test('its colour is its curvature, on a scale with 0 in the middle; unknown is grey', () => {
  const figure = graphRewiring(small(), context);
  const middles = traces(figure).find(({ marker }) => Array.isArray(marker?.color))!;
  expect(middles.marker.color).toEqual([1, -2, 0]);
  expect(middles.marker).toMatchObject({ cmin: -2, cmax: 2 });
  expect([middles.x, middles.y]).toEqual([
    [1, 2, 1],
    [0, 2, 2]
  ]);
  expect(middles.text[1]).toBe('b – c, removed: curvature -2');
  const colours = ['solid', 'dot', 'dash'].map((dash) => line(figure, dash).line.color);
  expect(new Set(colours).size).toBe(3);
  expect(colours[2]).toBe(context.theme.mutedText);
});

test('a node has the colour of its class, and its edges before and after', () => {
  const nodes = traces(graphRewiring(small(), context)).filter(({ name }) => name === 'left' || name === 'right');
  expect(nodes.map(({ x }) => x)).toEqual([[0, 2], [2]]);
  expect(nodes[0].text[1]).toBe('b (left): 2 edges before, 1 after');
  expect(nodes[1].text[0]).toBe('c (right): 1 edges before, 1 after');
});

test('the summary counts edges and names the narrowest place', () => {
  const figure = graphRewiring(small(), context)!;
  expect(figure.summary).toBe('3 nodes; 1 edges kept, 1 added, 1 removed. The least curvature is -2, between b and c.');
  expect(figure.table.rows[1]).toEqual(['b', 'c', 'removed', '-2']);
});

test('a class whose colour another one has already has a symbol of its own', () => {
  const payload = small();
  const colours = context.theme.colours.series.length;
  payload.data.classes = Array.from({ length: colours + 1 }, (_, i) => `class ${i}`);
  const nodes = traces(graphRewiring(payload, context)).filter(({ name }) => name?.startsWith('class '));
  const looks = nodes.map(({ marker: { color, symbol } }) => `${color} ${symbol}`);
  expect(new Set(looks.slice(0, colours).map((look) => look.split(' ').at(-1)))).toEqual(new Set(['circle']));
  expect(new Set(looks).size).toBe(colours + 1);
});

test('without classes there is one kind of node; without nodes no picture', () => {
  const payload = small();
  payload.data.classes = [];
  payload.data.nodes.forEach((node) => (node.class = -1));
  const last = traces(graphRewiring(payload, context)).at(-1)!;
  expect(last.x).toEqual([0, 2, 2]);
  payload.data.nodes = payload.data.edges = [];
  expect(graphRewiring(payload, context)).toBeNull();
});

test('markup in labels stays text', () => {
  const payload = small();
  payload.data.measure = payload.data.nodes[0].label = '<b>x</b>';
  payload.data.classes = ['<i>', '<u>'];
  expect(drawnText(graphRewiring(payload, context))).not.toContain('<');
});

test('the graph before has what there was, by the curvature that it had; there is none where that is not told', () => {
  const payload = small();
  expect(graphBefore(payload, context)).toBeNull();
  payload.data.edges[0].before = -3;
  payload.data.edges[1].before = 2;
  const figure = graphBefore(payload, context)!;
  expect(line(figure, 'solid').x).toEqual([0, 2, null]);
  expect(line(figure, 'dot').y).toEqual([0, 4, null]);
  expect(line(figure, 'dash')).toBeUndefined();
  expect(figure.summary).toContain('The least curvature is -3, between a and b.');
});
