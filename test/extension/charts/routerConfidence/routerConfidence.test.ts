import { expect, test } from 'vitest';
import type { RouterConfidencePayload } from '@switchyard/kernel-lib/protocol';
import { confidenceAgreement } from '../../../../extension/charts/routerConfidence/confidenceAgreement';
import { confidenceByLayer } from '../../../../extension/charts/routerConfidence/confidenceByLayer';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

function small(): RouterConfidencePayload {
  const payload = kind('router-confidence');
  payload.data = {
    edges: [0, 0.5, 0.75, 1],
    reference: 'oracle',
    layers: [
      { path: 'layers.0.moe', router: 'path', tokens: [0, 0.25, 0.75], agreement: [null, 0.4, 0.8], mean: 0.8 },
      { path: 'layers.1.moe', router: 'path', tokens: [1, 0, 0], agreement: [0.5, null, null], mean: 0.4 }
    ]
  };
  return payload;
}

test('a row is the histogram of a layer over the edges of the bins, with its mean', () => {
  const figure = confidenceByLayer(small(), context)!;
  const [heatmap, means] = traces(figure);
  expect(heatmap.z).toEqual([
    [0, 0.5, Math.sqrt(0.75)], // Roots of 0.25 and 0.75.
    [1, 0, 0]
  ]);
  expect(heatmap.x).toEqual([0, 0.5, 0.75, 1]);
  expect(means.x).toEqual([0.8, 0.4]);
  expect(figure.summary).toContain('on average between 40.0 % and 80.0 %');
});

test('the table weighs agreement by tokens', () => {
  // 0.25 x 0.4 + 0.75 x 0.8
  expect(confidenceByLayer(small(), context)!.table).toMatchObject({
    columns: ['layer', 'router', 'mean confidence', 'same choice as oracle'],
    rows: [
      ['0', 'path', '80.0 %', '70.0 %'],
      ['1', 'path', '40.0 %', '50.0 %']
    ]
  });
});

test('a click brings a layer into view', () => {
  expect(confidenceByLayer(small(), context)!.pick?.({ trace: 0, x: 0.2, y: 1, index: [1, 0] })).toEqual({ layer: 1 });
});

test('the layer in view: bars of their bins’ width, agreement over the middle of each, and the diagonal', () => {
  const figure = confidenceAgreement(small(), context)!;
  const [bars, diagonal, curve] = traces(figure);
  expect([bars.x, bars.y]).toEqual([
    [0.25, 0.625, 0.875],
    [0, 0.25, 0.75]
  ]);
  expect((bars as unknown as { width: number[] }).width).toEqual([0.5, 0.25, 0.25]);
  expect([diagonal.x, diagonal.y]).toEqual([
    [0, 1],
    [0, 1]
  ]);
  expect(curve.y).toEqual([null, 0.4, 0.8]);
  expect(figure.summary).toBe(
    'The router of layer 0 is 80.0 % sure on average. 70.0 % of its choices are those of oracle.'
  );
  expect(confidenceAgreement(small(), { ...context, layer: 1 })!.summary).toContain('layer 1 is 40.0 % sure');
});

test('without a reference there is a histogram alone', () => {
  const payload = small();
  payload.data.reference = '';
  payload.data.layers.forEach((layer) => (layer.agreement = []));
  const figure = confidenceAgreement(payload, context)!;
  expect(traces(figure)).toHaveLength(1);
  expect(figure.table.columns).toEqual(['confidence', 'tokens']);
  expect(confidenceByLayer(payload, context)!.table.columns).toHaveLength(3);
});

test('no layers, no picture', () => {
  const payload = small();
  payload.data.layers = [];
  expect(confidenceByLayer(payload, context)).toBeNull();
  expect(confidenceAgreement(payload, context)).toBeNull();
});

test('markup in labels stays text', () => {
  const payload = small();
  payload.data.layers[0].path = payload.data.reference = '<b>x</b>';
  expect(drawnText(confidenceByLayer(payload, context))).not.toContain('<');
  expect(drawnText(confidenceAgreement(payload, context))).not.toContain('<');
});
