import { loadPosition } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { loadOverTime } from '../../../../extension/charts/routing/loadOverTime';
import { context, routing } from '../../support/payloads';

test('z is the place of the history of the layer in view on the scale of loads, expert by expert', () => {
  const { data } = routing();
  const figure = loadOverTime({ ...routing(), data }, { ...context, layer: 2 });
  const { z, x } = figure?.data[0] as unknown as { z: number[][]; x: number[] };
  expect(x).toEqual(data.history.loadSteps);
  expect(z).toHaveLength(16);
  expect(z[5][3]).toBeCloseTo(loadPosition(data.history.load[2][3][5] * 16), 12);
});

test('there is no picture for a layer that is not there, nor before the first step', () => {
  expect(loadOverTime(routing(), { ...context, layer: 9 })).toBeNull();
  const payload = routing();
  payload.data.history.loadSteps = [];
  expect(loadOverTime(payload, context)).toBeNull();
});

test('the chosen expert is outlined from the first step to the last', () => {
  const shapes = (expert: number | null) => loadOverTime(routing(), { ...context, expert })?.layout.shapes;
  expect(shapes(null)).toEqual([]);
  expect(shapes(5)).toMatchObject([{ xref: 'paper', x0: 0, x1: 1, y0: 4.5, y1: 5.5 }]);
});

test('marks of the colours stand clear of each other in a narrow sidebar: digits and signs are wide', () => {
  const marks = (width: number) =>
    (loadOverTime(routing(), { ...context, width })?.data[0] as unknown as { colorbar: { ticktext: string[] } }).colorbar; // prettier-ignore
  const { ticktext } = marks(234);
  expect(ticktext).toContain('≥16×');
  expect(ticktext).not.toContain('8×');
  expect(marks(400).ticktext).toEqual(expect.arrayContaining(['0×', '½×', 'fair', '2×', '4×', '8×', '≥16×']));
});
