import { expect, test } from 'vitest';
import { loadHeatmap } from '../../../extension/charts';
import { context, routing } from '../support/payloads';

function heatmap(figure: ReturnType<typeof loadHeatmap>) {
  return figure?.data[0] as unknown as {
    z: number[][];
    text: string[][];
    zmin: number;
    zmax: number;
    colorscale: [number, string][];
    colorbar: { tickvals: number[]; ticktext: string[] };
  };
}

test('z is the load over the fair share', () => {
  const payload = routing('small');
  payload.data.layers[0].load = [0.5, 0.25, 0.25, 0];
  expect(heatmap(loadHeatmap(payload, context)).z).toEqual([[2, 1, 1, 0]]);
});

test('the neutral colour and the tick "fair" stand at 1', () => {
  const { colorscale, colorbar, zmin, zmax } = heatmap(loadHeatmap(routing(), context));
  expect(zmin).toBe(0);
  const middle = colorscale.find(([, colour]) => colour === 'rgb(246, 246, 246)');
  expect(middle?.[0]).toBeCloseTo(1 / zmax, 12);
  expect(colorbar.ticktext[colorbar.tickvals.indexOf(1)]).toBe('fair');
  expect(colorscale.map(([at]) => at)).toEqual([...colorscale.map(([at]) => at)].sort((a, b) => a - b));
});

test('a balanced layer keeps a scale of twice the fair share, so that noise looks small', () => {
  const payload = routing('small');
  payload.data.layers[0].load = [0.26, 0.24, 0.25, 0.25];
  expect(heatmap(loadHeatmap(payload, context)).zmax).toBe(2);
});

test('the summary names the fullest expert', () => {
  const payload = routing('small');
  payload.data.layers[0].load = [0.1, 0.1, 0.7, 0.1];
  payload.data.layers[0].experts = ['0', '1', '2', '3'];
  expect(loadHeatmap(payload, context)?.summary).toContain('expert 2 of layer 0 with 2.80 times');
});

test('layers of different widths keep their own fair share', () => {
  const payload = routing('small');
  const [layer] = payload.data.layers;
  payload.data.layers = [
    layer,
    { ...layer, path: 'layers.1.moe', numExperts: 2, experts: ['0', '1'], load: [0.5, 0.5] }
  ];
  expect(heatmap(loadHeatmap(payload, context)).z[1]).toEqual([1, 1]);
});

test('markup in labels stays text', () => {
  const payload = routing('small');
  payload.data.layers[0].path = '<b>x</b>';
  payload.data.layers[0].experts[0] = '<a href="javascript:alert(1)">e</a>';
  const figure = loadHeatmap(payload, context);
  expect(heatmap(figure).text[0][0]).toContain('&lt;a href');
  expect(JSON.stringify([figure?.data, figure?.layout])).not.toContain('<');
});

test('the table has a row a layer and a column an expert', () => {
  const payload = routing();
  const table = loadHeatmap(payload, context)?.table;
  expect(table?.rows).toHaveLength(4);
  expect(table?.rows[0]).toHaveLength(17);
  expect(table?.columns).toHaveLength(17);
});

test('there is no picture without layers', () => {
  const payload = routing();
  payload.data.layers = [];
  expect(loadHeatmap(payload, context)).toBeNull();
});
