import { expect, test } from 'vitest';
import type { ParetoPayload } from '@switchyard/kernel-lib/protocol';
import { pareto } from '../../../../extension/charts/pareto/pareto';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

function small(): ParetoPayload {
  const payload = kind('pareto');
  payload.data = {
    x: { name: 'cost', unit: 'ms', better: 'lower' },
    y: { name: 'accuracy', unit: '', better: 'higher' },
    series: ['routers', 'oracle'],
    points: [
      { label: 'b', series: 0, x: 2, y: 0.5, low: 0.4, high: 0.7 },
      { label: 'a', series: 0, x: 1, y: 0.4, low: null, high: null },
      { label: 'best', series: 1, x: 3, y: 0.9, low: null, high: null }
    ],
    front: [1, 0],
    trajectory: [1, 0]
  };
  return payload;
}

test('the front is a step line: along at the quality reached, then up', () => {
  const [front] = traces(pareto(small(), context));
  expect([front.x, front.y, front.line.shape]).toEqual([[1, 2], [0.4, 0.5], 'hv']);
});

test('where more of x is better the step goes the other way', () => {
  const payload = small();
  payload.data.x.better = 'higher';
  expect(traces(pareto(payload, context))[0].line.shape).toBe('vh');
});

test('a series is a trace with the interval of each point, named on hover', () => {
  const [, routers, oracle] = traces(pareto(small(), context));
  expect([routers.name, routers.x, routers.y]).toEqual(['routers', [2, 1], [0.5, 0.4]]);
  expect(routers.error_y.visible).toBe(true);
  expect(routers.error_y.array.map((x) => Number(x.toFixed(9)))).toEqual([0.2, 0]);
  expect(routers.error_y.arrayminus.map((x) => Number(x.toFixed(9)))).toEqual([0.1, 0]);
  expect(routers.text[0]).toBe(
    'b (routers) · cost (ms) 2 · accuracy 0.5 [0.4, 0.7] · tried as number 2 · on the front'
  );
  expect(oracle).not.toHaveProperty('error_y');
  expect(oracle.text[0]).toBe('best (oracle) · cost (ms) 3 · accuracy 0.9');
  expect(oracle.marker.symbol).not.toBe(routers.marker.symbol);
});

test.each([
  ['lower', 'higher', 0.01, 0.99],
  ['higher', 'lower', 0.99, 0.01]
] as const)('%s x and %s y: the arrow points into that corner', (x, y, right, up) => {
  const payload = small();
  payload.data.x.better = x;
  payload.data.y.better = y;
  const { layout } = pareto(payload, context)!;
  expect(layout.annotations?.map(({ x, y }) => [x, y])).toEqual([[right, up]]);
  expect(JSON.stringify(layout.xaxis?.title)).toContain(`cost (ms), ${x} is better`);
});

test('the way of a search is drawn in its order, where the reader wants it', () => {
  const figure = pareto(small(), context)!;
  expect(figure.choices?.[0]).toMatchObject({ name: 'pareto.search', selected: 'hidden' });
  const shown = pareto(small(), { ...context, choices: { 'pareto.search': 'shown' } })!;
  expect(traces(shown)[0]).toMatchObject({ x: [1, 2], y: [0.4, 0.5], line: { dash: 'dot' } });
  expect(shown.choices?.[0].selected).toBe('shown');
  const payload = small();
  payload.data.trajectory = [];
  expect(pareto(payload, context)!.choices).toEqual([]);
});

test('the summary names the ends of the front, the table every point', () => {
  const payload = small();
  payload.data.omitted = 4;
  const figure = pareto(payload, context)!;
  expect(figure.summary).toBe(
    '3 points in 2 series, accuracy against cost (ms). The front has 2 points, from a (1, 0.4) to b (2, 0.5). ' +
      'A search tried 2 of them. 4 more did not fit.'
  );
  expect(figure.table.rows).toEqual([
    ['b', 'routers', '2', '0.5', '[0.4, 0.7]', 'yes'],
    ['a', 'routers', '1', '0.4', '–', 'yes'],
    ['best', 'oracle', '3', '0.9', '–', 'no']
  ]);
});

test('no points, no picture', () => {
  const payload = small();
  payload.data = { ...payload.data, points: [], front: [], trajectory: [] };
  expect(pareto(payload, context)).toBeNull();
});

test('markup in labels stays text', () => {
  const payload = small();
  payload.data.series = ['<b>', '<i>'];
  payload.data.x.name = payload.data.y.unit = payload.data.points[0].label = '<a href="javascript:x">';
  expect(drawnText(pareto(payload, context))).not.toContain('<');
});

test('lines of what several searches attain stand beside the front, as steps in their own order', () => {
  const payload = small();
  payload.data.lines = [{ label: '<b>2 of 3</b>', x: [1, 2], y: [0.3, 0.4] }];
  const figure = pareto(payload, context);
  expect(traces(figure)[1]).toMatchObject({ x: [1, 2], y: [0.3, 0.4], line: { shape: 'hv', dash: 'dot' } });
  expect(drawnText(figure)).not.toContain('<');
});

test('of ten thousand points some hundreds are drawn: the front, and of each series an even sample; the picture says so', () => {
  const payload = kind('pareto');
  const points = Array.from({ length: 10_000 }, (_, i) => ({
    ...{ label: `p${i}`, series: i < 5000 ? 0 : 1, x: i, y: (i * 7919) % 1009, low: null, high: null }
  }));
  const front = [3, 5000, 9997];
  const { x, y } = payload.data;
  const data = { x, y, points, front, series: ['a', 'b'], trajectory: [] };
  const figure = pareto({ ...payload, data }, context)!;
  const drawn = traces(figure).filter(({ mode }) => mode === 'markers');
  const shown = drawn.flatMap((trace) => trace.x);
  expect(shown).toHaveLength(512);
  expect(front.filter((i) => !shown.includes(i))).toEqual([]);
  drawn.forEach((trace) => expect(Math.abs(trace.x.length - 256)).toBeLessThan(4));
  expect(figure.summary).toContain('512 of 10000 are drawn');
  expect(JSON.stringify(figure.layout.annotations)).toContain('512 of 10000 drawn');
  expect(pareto(payload, context)!.summary).not.toContain('drawn');
  // A front of thousands has half of them.
  const wide = pareto({ ...payload, data: { ...data, front: points.map((_, i) => i).slice(5000) } }, context);
  const sizes = traces(wide).filter(({ mode }) => mode === 'markers').flatMap(({ marker }) => marker.size); // prettier-ignore
  expect(sizes).toHaveLength(512);
  expect(sizes.filter((size) => size === 9).length).toBeGreaterThanOrEqual(256);
});
