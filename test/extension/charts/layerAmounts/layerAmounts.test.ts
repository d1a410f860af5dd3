import { expect, test } from 'vitest';
import type { LayerAmountsPayload } from '@switchyard/kernel-lib/protocol';
import { amountsAt, amountsScalars } from '../../../../extension/charts/layerAmounts/amountsScalars';
import { amountsByLayer } from '../../../../extension/charts/layerAmounts/amountsByLayer';
import { amountsOverSteps } from '../../../../extension/charts/layerAmounts/amountsOverSteps';
import { kindOf } from '../../../../extension/kinds';
import { context, kind, trans } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

function run(): LayerAmountsPayload {
  const payload = kind('layer-amounts');
  payload.data = {
    ...{ measure: 'density', unit: '', share: true, layers: ['layers.0.w', 'layers.1.w'], steps: [1, 4, 9] },
    ...{ states: [], most: [], scalars: { 'loss/train': [3, 2, 1] } },
    amounts: [
      [1, 0.5, 0.25],
      [null, 1, 0.75]
    ]
  };
  return payload;
}

function states(): LayerAmountsPayload {
  const payload = run();
  payload.data = {
    ...payload.data,
    ...{ measure: 'rank', share: false, steps: [], states: ['before', 'after'], most: [8, null], scalars: {} },
    amounts: [
      [8, 2],
      [4, null]
    ]
  };
  return payload;
}

test('a run has a row a layer and a column a step', () => {
  const figure = amountsOverSteps(run(), context)!;
  const [cells] = traces(figure);
  // Shares stand on a scale of square roots.
  expect([cells.x, cells.z]).toEqual([[1, 4, 9], [[1, Math.SQRT1_2, 0.5], [null, 1, Math.sqrt(0.75)]]]); // prettier-ignore
  expect(cells.text[1][2]).toBe('step 9, layers.1.w: density 75.0 %');
  expect(figure.steps).toEqual([1, 4, 9]);
  expect(figure.table.rows[1]).toEqual(['4', '50.0 %', '100.0 %']);
  expect(figure.pick?.({ trace: 0, x: 4, y: 1, index: [1, 1] })).toEqual({ layer: 1 });
  expect(amountsOverSteps(states(), context)).toBeNull();
});

test('its losses stand below, over the same steps', () => {
  const figure = amountsScalars(run(), context)!;
  expect([traces(figure)[0].y, figure.steps]).toEqual([
    [3, 2, 1],
    [1, 4, 9]
  ]);
  expect(amountsScalars(states(), context)).toBeNull();
});

test('its newest amounts are bars on a track of all', () => {
  const figure = amountsByLayer(run(), context)!;
  const [track, bars] = traces(figure);
  expect([track.x, bars.x]).toEqual([
    [1, 1],
    [0.25, 0.75]
  ]);
  expect(figure.summary).toBe('density of 2 layers (step 9): from 25.0 % in layers.0.w to 75.0 % in layers.1.w.');
});

test('states stand beside each other, and what is unknown is a dash', () => {
  const figure = amountsByLayer(states(), context)!;
  const [before, after] = traces(figure);
  expect([before.name, before.x, after.name, after.x]).toEqual(['before', [8, 4], 'after', [2, null]]);
  expect(figure.table.columns).toEqual(['layer', 'before', 'after', 'at most']);
  expect(figure.table.rows).toEqual([
    ['layers.0.w', '8', '2', '8'],
    ['layers.1.w', '4', '–', '–']
  ]);
  expect(figure.summary).toContain('rank of 2 layers (after): from 2 in layers.0.w to 2 in layers.0.w.');
});

test('at an earlier step it is as it was then; the mean is what it says in two words', () => {
  const { brief } = kindOf(run());
  const then = amountsAt(run().data, 5);
  expect([then.steps, then.amounts, then.scalars]).toEqual([
    [1, 4],
    [[1, 0.5], [null, 1]],
    { 'loss/train': [3, 2] }
  ]); // prettier-ignore
  expect([brief!(run().data, trans), brief!(then, trans)]).toEqual([
    'density 50.0 % in the mean',
    'density 75.0 % in the mean'
  ]);
  expect(amountsAt(states().data, 5)).toEqual(states().data);
});

test('nothing recorded yet is no picture', () => {
  const payload = run();
  payload.data = { ...payload.data, layers: [], steps: [], amounts: [], scalars: {} };
  [amountsOverSteps, amountsByLayer, amountsScalars].forEach((chart) => expect(chart(payload, context)).toBeNull());
  expect(kindOf(payload).brief!(payload.data, trans)).toBeNull();
  payload.data = { ...payload.data, layers: ['a'], steps: [1], amounts: [[null]] };
  expect(amountsByLayer(payload, context)!.summary).toBe('density of 1 layers, none known yet.');
});

test('markup in labels stays text', () => {
  const payload = states();
  payload.data.measure = payload.data.unit = payload.data.layers[0] = payload.data.states[0] = '<b>x</b>';
  expect(drawnText(amountsByLayer(payload, context))).not.toContain('<');
  const live = run();
  live.data.measure = live.data.unit = live.data.layers[0] = '<b>x</b>';
  expect(drawnText(amountsOverSteps(live, context))).not.toContain('<');
});
