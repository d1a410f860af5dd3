import { expect, test } from 'vitest';
import { loadOverTime } from '../../../../extension/charts/routing/loadOverTime';
import { expertColour } from '../../../../extension/base/colours';
import { streamBands } from '../../../../extension/charts/routing/loadStream';
import { context, routing } from '../../support/payloads';

const streaming = { ...context, choices: { 'load-over-time.form': 'stream' } };

interface IArea {
  y: number[];
  fillcolor: string;
  stackgroup: string;
}

test('each expert is an area as thick as its share, stacked in their order', () => {
  const { data } = routing();
  const figure = loadOverTime(routing(), { ...streaming, layer: 2 })!;
  const areas = figure.data as unknown as IArea[];
  expect(areas).toHaveLength(16);
  expect(new Set(areas.map(({ stackgroup }) => stackgroup)).size).toBe(1);
  areas.forEach(({ y, fillcolor }, e) => {
    expect(y).toEqual(data.history.load[2].map((row) => row[e]));
    expect(fillcolor).toBe(expertColour(e, context.theme.colours).background);
  });
  expect(figure.summary).toContain('fair share is 6.3 %');
  expect(figure.choices![0].selected).toBe('stream');
});

test('the chosen expert stands out, and choosing it again lets it go', () => {
  const figure = loadOverTime(routing(), { ...streaming, expert: 3 })!;
  const areas = figure.data as unknown as IArea[];
  expect(areas.filter(({ fillcolor }) => fillcolor.startsWith('rgb(')).map((area) => areas.indexOf(area))).toEqual([3]);
  const pick = (trace: number): unknown => figure.pick!({ trace, x: 0, y: 0, index: 0 });
  expect(pick(5)).toEqual({ expert: 5 });
  expect(pick(3)).toEqual({ expert: null });
  const heatmap = loadOverTime(routing(), { ...context, expert: 3 })!;
  expect(heatmap.pick!({ trace: 0, x: 0, y: 7, index: [7, 0] })).toEqual({ expert: 7 });
  expect(heatmap.layout.shapes).toHaveLength(1);
});

test('of more than 64 experts the least loaded share one area, and nothing is lost', () => {
  const layer = { ...routing('small').data.layers[0], numExperts: 100, experts: [] };
  // Expert e has e parts of 0 + 1 + ... + 99 = 4950.
  const loads = [Array.from({ length: 100 }, (_, e) => e / 4950)];
  const bands = streamBands(layer, loads, context);
  expect(bands).toHaveLength(64);
  expect(bands.slice(0, 63).map(({ expert }) => expert)).toEqual(Array.from({ length: 63 }, (_, i) => 37 + i));
  const others = bands[63];
  expect(others).toMatchObject({ expert: -1, name: '37 other experts' });
  // 0 + 1 + ... + 36 = 666.
  expect(others.shares[0]).toBeCloseTo(666 / 4950, 12);
});

test('experts without labels go by their numbers', () => {
  const payload = routing();
  payload.data.layers[0].experts = [];
  expect(loadOverTime(payload, streaming)!.table.columns[16]).toBe('expert 15');
  expect(loadOverTime(payload, context)!.data).toHaveLength(1);
});
