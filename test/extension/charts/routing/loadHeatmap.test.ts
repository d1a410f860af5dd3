import { expect, test } from 'vitest';
import { loadHeatmap } from '../../../../extension/charts/routing/loadHeatmap';
import type { RoutingData } from '@switchyard/kernel-lib/protocol';
import { loadOverTime } from '../../../../extension/charts/routing/loadOverTime';
import { specialisation } from '../../../../extension/charts/routing/specialisation';
import { keptSteps, payloadAt } from '../../../../extension/kinds/replay';
import { context, routing } from '../../support/payloads';

function heatmap(figure: ReturnType<typeof loadHeatmap>) {
  return figure?.data[0] as unknown as {
    z: number[][];
    customdata: [number, number][][];
    text: string[][];
    zmin: number;
    zmax: number;
    colorscale: [number, string][];
    colorbar: { tickvals: number[]; ticktext: string[] };
  };
}

/** What is told of each cell: the load over the fair share, or the mean weight; [L][E]. */
function shown(figure: ReturnType<typeof loadHeatmap>): number[][] {
  return heatmap(figure).customdata.map((row) => row.map(([, value]) => value));
}

test('a cell is the load over the fair share, at its place on the one scale', () => {
  const payload = routing('small');
  payload.data.layers[0].load = [0.5, 0.25, 0.125, 0];
  const figure = loadHeatmap(payload, context);
  expect(shown(figure)).toEqual([[2, 1, 0.5, 0]]);
  expect(heatmap(figure).z).toEqual([[0.25, 0, -0.5, -1]]);
});

test('the neutral colour and the tick "fair" stand in the middle', () => {
  const { colorscale, colorbar } = heatmap(loadHeatmap(routing(), context));
  expect(colorscale.find(([, colour]) => colour === 'rgb(246, 246, 246)')?.[0]).toBe(0.5);
  expect(colorbar.ticktext[colorbar.tickvals.indexOf(0)]).toBe('fair');
  expect(colorbar.ticktext[colorbar.tickvals.indexOf(-0.5)]).toBe('½×');
});

test('the scale is the same whatever the loads are: of a balanced layer, of one that collapsed, of an earlier step', () => {
  const [even, collapsed, earlier] = [routing('small'), routing('small'), routing('small')];
  even.data.layers[0].load = [0.26, 0.24, 0.25, 0.25];
  collapsed.data.layers[0].load = [1, 0, 0, 0];
  const pictures = [even, collapsed, payloadAt(earlier, keptSteps(earlier)[0]) as typeof earlier].flatMap((payload) => [
    heatmap(loadHeatmap(payload, context)),
    heatmap(loadOverTime(payload, context)),
    heatmap(specialisation({ ...payload, data: withDomains(payload.data) }, context))
  ]);
  const scales = pictures.map(({ zmin, zmax, colorscale }) => ({ zmin, zmax, colorscale }));
  expect(scales).toHaveLength(9);
  scales.forEach((scale) => expect(scale).toEqual(scales[0]));
});

/** Domains that the layer's experts were sent. */
function withDomains(data: RoutingData): RoutingData {
  const [layer] = data.layers;
  return { ...data, domains: ['a', 'b'], layers: [{ ...layer, domainLoad: [layer.load, layer.load] }] };
}

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
  expect(shown(loadHeatmap(payload, context))[1]).toEqual([1, 1]);
});

test('markup in labels stays text', () => {
  const payload = routing('small');
  payload.data.layers[0].path = '<b>x</b>';
  payload.data.layers[0].experts[0] = '<a href="javascript:alert(1)">e</a>';
  const figure = loadHeatmap(payload, context);
  expect(heatmap(figure).text[0][0]).toContain('&lt;a href');
  const ours = /<extra><\/extra>|<br>|<b>(?=&lt;b&gt;x)|<\/b>/g;
  expect(JSON.stringify([figure?.data, figure?.layout]).replace(ours, '')).not.toContain('<');
});

test('the table has the metrics, the bound E/k - 1 and each expert of a layer', () => {
  const payload = routing();
  const [layer] = payload.data.layers;
  Object.assign(layer, { entropy: 0.5, maxVio: 1.25, load: [0.25, ...new Array<number>(15).fill(0.05)] });
  const table = loadHeatmap(payload, context)?.table;
  expect(table?.columns.slice(0, 6)).toEqual(['layer', 'entropy', 'MaxVio', 'bound of MaxVio', 'expert 0', 'expert 1']);
  expect(table?.columns).toHaveLength(20);
  expect(table?.rows).toHaveLength(4);
  expect(table?.rows[0].slice(0, 6)).toEqual(['0', '0.5', '1.25', '7', '25.0 %', '5.0 %']);
});

test('by load, each layer has its own order, and a click names the true expert', () => {
  const payload = routing('small');
  payload.data.layers[0].load = [0.1, 0.4, 0.2, 0.3];
  const sorted = { ...context, expert: 3, choices: { 'load-heatmap.order': 'load' } };
  const figure = loadHeatmap(payload, sorted);
  expect(shown(figure)[0].map((ratio) => Number(ratio.toFixed(6)))).toEqual([1.6, 1.2, 0.8, 0.4]);
  expect(heatmap(figure).text[0].map((name) => name.slice(-1))).toEqual(['1', '3', '2', '0']);
  const click = (column: number) => figure?.pick?.({ trace: 0, x: column, y: 0, index: [0, column] });
  expect(click(2)).toEqual({ layer: 0, expert: 2 });
  expect(click(1)).toEqual({ layer: 0, expert: null }); // The expert that was chosen already.
  expect(figure?.layout.shapes).toMatchObject([{ x0: 0.5, x1: 1.5, y0: -0.5, y1: 0.5 }]);
});

test('importance is a multiple of the fair share, mean weight is as it is, and each is offered where it is known', () => {
  const payload = routing('small');
  const [layer] = payload.data.layers;
  layer.importance = [0.5, 0.25, 0.125, 0.125];
  layer.meanWeight = [0.7, 0.5, null, 0.25];
  const measured = (name: string) => {
    const figure = loadHeatmap(payload, { ...context, expert: 0, choices: { 'load-heatmap.measure': name } });
    return { values: shown(figure), summary: figure?.summary, options: figure?.choices?.[0].options };
  };
  expect(measured('importance')).toMatchObject({ values: [[2, 1, 0.5, 0.5]] });
  expect(measured('importance').summary).toContain('Chosen is expert 0 of layer 0: 50.0 %');
  expect(measured('weight')).toMatchObject({ values: [[0.7, 0.5, null, 0.25]] });
  expect(measured('weight').summary).toContain('expert 0 of layer 0: 0.7.');
  expect(measured('load').options?.map(({ value }) => value)).toEqual(['load', 'importance', 'weight']);
  delete layer.meanWeight;
  layer.importance = [];
  expect(measured('weight').options?.map(({ value }) => value)).toEqual(['load']);
  expect(measured('weight').values).toEqual(measured('load').values);
});

test('the bounds stand beside the rows and on the bar: MaxVio at most E/k - 1, load at most E/k times fair', () => {
  const payload = routing('small');
  Object.assign(payload.data.layers[0], { k: 2, entropy: 0.25, maxVio: 0.75, load: [0.5, 0.5, 0, 0] });
  const figure = loadHeatmap(payload, context);
  const [beside] = (figure?.data.slice(1) ?? []) as unknown as { text: string[] }[];
  expect(beside.text[0].trim().split(/\s+/u)).toEqual(['0.25', '0.75']);
  expect(figure?.layout.annotations?.map(({ text }) => text)).toEqual(['entropy<br>0 – 1', 'MaxVio<br>0 – 1']);
  const { colorbar } = heatmap(figure);
  expect(colorbar.tickvals[colorbar.ticktext.indexOf('bound')]).toBe(0.25); // Twice the fair share.
});

test('48 layers of 128 experts: cells without gaps, labels apart, the layer in view among them', () => {
  const payload = routing('small');
  const [layer] = payload.data.layers;
  const wide = {
    ...layer,
    numExperts: 128,
    k: 8,
    experts: [],
    importance: [],
    load: new Array<number>(128).fill(1 / 128)
  };
  payload.data.layers = Array.from({ length: 48 }, (_, i) => ({ ...wide, path: `layers.${i}.moe` }));
  const figure = loadHeatmap(payload, { ...context, layer: 47, expert: 127 });
  expect(figure?.data[0]).toMatchObject({ xgap: 0, ygap: 0 });
  const { height, margin, yaxis } = figure?.layout ?? {};
  const row = (Number(height) - Number(margin?.t) - Number(margin?.b)) / 48;
  const shown = yaxis?.tickvals as number[];
  expect(shown).toContain(47);
  shown.slice(1).forEach((at, i) => expect((at - shown[i]) * row).toBeGreaterThanOrEqual(11));
  expect(heatmap(figure).text[47][127]).toBe('layer 47, expert 127');
});

test('there is no picture without layers', () => {
  const payload = routing();
  payload.data.layers = [];
  expect(loadHeatmap(payload, context)).toBeNull();
});
