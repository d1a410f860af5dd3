// @vitest-environment jsdom
import '../../support/browser';
import { expect, test } from 'vitest';
import { seriesColour } from '../../../../extension/charts/amounts';
import { curvePath } from '../../../../extension/charts/training/curvePath';
import { CurvesTable } from '../../../../extension/charts/training/curvesTable';
import { context, training } from '../../support/payloads';

const BOX = { width: 102, height: 12 };

test('a curve goes through its values, over what is missing', () => {
  const points = { steps: [0, 50, 75, 100], values: [2, null, 1, 0], range: [0, 2] as const };
  expect(curvePath(points, BOX)).toBe('M1 1L76 6L101 11');
  expect(curvePath({ steps: [3], values: [7], range: [7, 7] }, BOX)).toBe('M51 6h1');
  expect(curvePath({ steps: [3], values: [null], range: [Infinity, -Infinity] }, BOX)).toBe('');
});

test('an output of training has a row a scalar: its curve, and its newest value', () => {
  const payload = training();
  payload.data.steps = [1, 2, 3];
  payload.data.scalars = {
    'loss/train': [4, 3, 2],
    'loss/validation': [null, 3.5, null],
    learningRate: [0.1, 0.1, 0.1]
  };
  const table = new CurvesTable(context.trans);
  const [node] = table.show(payload, context.theme) as HTMLElement[];
  const rows = Array.from(node.querySelectorAll('tbody tr'));
  expect(rows.map((row) => [row.children[0].textContent, row.children[2].textContent])).toEqual([
    ['loss train', '2'],
    ['loss validation', '3.5'],
    ['learningRate', '0.1']
  ]);
  const paths = rows.map((row) => row.querySelector('path')!);
  expect(paths[0].getAttribute('d')).toBe('M1 1L200 7L399 13');
  // On the axis of the training loss: three quarters of the way up from 2 to 4.
  expect(paths[1].getAttribute('d')).toBe('M200 4h1');
  expect(paths[2].getAttribute('d')).toBe('M1 7L200 7L399 7');
  expect(paths[1].getAttribute('stroke')).toBe(seriesColour(1, context.theme.colours));
  expect(rows[0].querySelector('svg')?.getAttribute('aria-label')).toBe('loss train from 4 to 2');

  payload.data.scalars['loss/train'] = [4, 3, 1];
  expect(table.show(payload, context.theme)).toEqual([node]);
  expect(node.querySelector('tbody tr')).toBe(rows[0]);
  expect(rows[0].children[2].textContent).toBe('1');
  payload.data.scalars = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`s${i}`, [1, 2, 3]]));
  table.show(payload, context.theme);
  expect(node.querySelector('caption')?.textContent).toBe('3 more scalars in the panel');
  expect(table.show({ ...payload, data: { steps: [], scalars: {} } }, context.theme)).toEqual([]);
});
