import { expect, test } from 'vitest';
import { loadOverTime } from '../../../extension/charts/routing/loadOverTime';
import { routingScalars } from '../../../extension/charts/routing/routingScalars';
import { stepRange, withStepRange } from '../../../extension/charts/stepAxis';
import { stepAxis, tickEvery } from '../../../extension/charts/stepAxis';
import { zoomOf } from '../../../extension/panels/stepZoom';
import { context, routing } from '../support/payloads';

const zoomed = { ...context, choices: { steps: '20-60' } };

test('labels are whole steps, at most about six, and no number comes twice', () => {
  expect([0, 1, 2, 5, 6, 7, 12, 13, 30, 60, 61, 500, 5000].map((span) => tickEvery(span))).toEqual([
    1, 1, 1, 1, 1, 2, 2, 5, 5, 10, 20, 100, 1000
  ]);
  expect(stepAxis([1, 2, 3], context)).toMatchObject({ dtick: 1, tickformat: 'd', autorange: true });
  expect(stepAxis([0], context)).toMatchObject({ dtick: 1 });
});

test('a zoom is kept as a choice of the view, in whole steps, and taken back', () => {
  const choices = withStepRange({ other: 'x' }, [60.4, 19.8]);
  expect(choices).toEqual({ other: 'x', steps: '20-60' });
  expect(stepRange(choices)).toEqual([20, 60]);
  expect(stepRange(withStepRange({}, [7.1, 7.2]))).toEqual([7, 8]);
  expect(stepRange(withStepRange({}, [-3, 4]))).toEqual([0, 4]);
  expect(withStepRange(choices, null)).toEqual({ other: 'x' });
  expect(['', 'a-b', '9-2', '4-4'].map((steps) => stepRange({ steps }))).toEqual([null, null, null, null]);
});

test('all pictures of steps zoom to the same range, with labels that suit it', () => {
  for (const figure of [loadOverTime(routing(), zoomed)!, routingScalars(routing(), zoomed)!]) {
    const axes = Object.entries(figure.layout).filter(([name]) => name.startsWith('xaxis'));
    expect(axes.length).toBeGreaterThan(0);
    for (const [, axis] of axes) {
      expect(axis).toMatchObject({ range: [20, 60], autorange: false, dtick: 10, uirevision: '20-60' });
    }
  }
  expect(loadOverTime(routing(), zoomed)!.table).toEqual(loadOverTime(routing(), context)!.table);
});

test("what plotly says of a drag is read from whichever x axis was dragged, and other changes aren't", () => {
  expect(zoomOf({ 'xaxis.range[0]': 3, 'xaxis.range[1]': 9 })).toEqual([3, 9]);
  expect(zoomOf({ 'xaxis4.range': [3, 9] })).toEqual([3, 9]);
  expect(zoomOf({ 'xaxis.autorange': true })).toBeNull();
  expect(zoomOf({ 'yaxis.range[0]': 3, 'yaxis.range[1]': 9 })).toBeNull();
  expect(zoomOf({ 'xaxis.range[0]': '2020-01-01', 'xaxis.range[1]': 9 })).toBeNull();
});
