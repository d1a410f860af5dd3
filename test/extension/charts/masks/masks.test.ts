import { expect, test } from 'vitest';
import type { MasksPayload } from '@switchyard/kernel-lib/protocol';
import { masksCost } from '../../../../extension/charts/masks/masksCost';
import { masksGrid } from '../../../../extension/charts/masks/masksGrid';
import { masksKept } from '../../../../extension/charts/masks/masksKept';
import { masksParts } from '../../../../extension/charts/masks/masksParts';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

function small(): MasksPayload {
  const payload = kind('masks');
  payload.data = {
    mode: 'shrink',
    groups: [
      { path: 'a.w', granularity: 'channel', shape: [4, 8], kept: 0.75, grid: [], importance: [] },
      {
        path: 'b.w',
        granularity: 'weight',
        shape: [4, 8],
        kept: 0.5,
        grid: [
          [1, 0, 0.5, 0.5],
          [0.25, 0.25, 1, 0.5]
        ],
        importance: [3, null]
      }
    ],
    before: { parameters: 64, flops: null, milliseconds: 2, bytes: 0 },
    after: { parameters: 40, flops: null, milliseconds: null, bytes: 0 },
    metric: { name: 'loss', before: 2, after: 2.5 }
  };
  return payload;
}

const inView = { ...context, layer: 1 };

test('a bar of each group is what is kept, on a track of all', () => {
  const figure = masksKept(small(), context)!;
  const [track, kept] = traces(figure);
  expect([track.x, kept.x, kept.y]).toEqual([
    [1, 1],
    [0.75, 0.5],
    [0, 1]
  ]);
  expect(kept.text[0]).toBe('a.w: 75.0 % of 4 × 8 kept, by channel');
  expect(figure.summary).toBe(
    'What pruning keeps of 2 groups (the network is really smaller). Least is kept of b.w: 50.0 %.'
  );
  expect(figure.table.rows).toEqual([
    ['a.w', 'channel', '4 × 8', '75.0 %'],
    ['b.w', 'weight', '4 × 8', '50.0 %']
  ]);
  expect(figure.pick?.({ trace: 1, x: 0.1, y: 1, index: 1 })).toEqual({ layer: 1 });
});

test('the group in view is drawn block by block, named by the entries behind each', () => {
  const figure = masksGrid(small(), inView)!;
  const [grid, importance] = traces(figure);
  expect(grid.z).toEqual(small().data.groups[1].grid);
  expect(grid.text[1][2]).toBe('rows 2–3, columns 4–5: 100.0 % kept');
  expect(importance.y).toEqual([3, null]);
  expect(figure.table.columns).toEqual(['rows', '0–1', '2–3', '4–5', '6–7']);
  expect(figure.table.rows[1]).toEqual(['2–3', '25.0 %', '25.0 %', '100.0 %', '50.0 %']);
  expect(figure.summary).toContain('50.0 % of b.w (4 × 8), kept by weight.');
});

test('a group without a grid shows its importance, one with neither shows nothing', () => {
  const payload = small();
  expect(masksGrid(payload, context)).toBeNull();
  payload.data.groups[1].grid = [];
  const figure = masksGrid(payload, inView)!;
  expect(traces(figure).map(({ type }) => type)).toEqual(['bar']);
  expect(figure.table.rows).toEqual([
    ['0', '3'],
    ['1', '–']
  ]);
});

test('a cost is drawn as what is left of it; what is unknown or 0 has no part', () => {
  const figure = masksCost(small(), context)!;
  const [bars] = traces(figure);
  expect(bars.x).toEqual([0.625, 0, 0, 1.25]);
  expect(bars.text).toEqual(['64 → 40', '2 → –', '0 → 0', '2 → 2.5']);
  expect(figure.table.rows).toEqual([
    ['parameters', '64', '40', '62.5 %'],
    ['milliseconds', '2', '–', '–'],
    ['bytes', '0', '0', '–'],
    ['loss', '2', '2.5', '125.0 %']
  ]);
  expect(figure.summary).toContain('loss from 2 to 2.5 (125.0 %).');
});

test('large numbers are short beside their bars, and whole in the table', () => {
  const figure = masksCost(kind('masks'), context)!;
  expect(traces(figure)[0].text[0]).toBe('1.23 M → 614 k');
  expect(figure.table.rows[0]).toEqual(['parameters', '1228800', '614400', '50.0 %']);
});

test('parts of one kind are rows of cells; the reader chooses the kind', () => {
  const payload = small();
  payload.data.groups[0].parts = { of: 'heads', kept: [1, 0], count: 2 };
  payload.data.groups[1].parts = { of: 'hidden', kept: [0.5, 1, 0], count: 6 };
  const heads = masksParts(payload, context)!;
  expect(traces(heads)[0].z).toEqual([[1, 0]]);
  expect(heads.choices![0].options.map(({ value }) => value)).toEqual(['heads', 'hidden']);
  expect(heads.summary).toBe('Kept of 1 groups, by heads; of 1 of these nothing is kept.');
  const hidden = masksParts(payload, { ...context, choices: { 'masks-parts.of': 'hidden' } })!;
  expect(traces(hidden)[0].z).toEqual([[Math.SQRT1_2, 1, 0]]);
  // Three blocks of two.
  expect(traces(hidden)[0].text[0][1]).toBe('b.w, hidden 2–3: 100.0 % kept');
  expect(hidden.table.rows).toEqual([['b.w', '50.0 %', '100.0 %', '0.0 %']]);
  expect(hidden.pick?.({ trace: 0, x: 0, y: 0, index: [0, 0] })).toEqual({ layer: 1 });
  expect(masksParts(small(), context)).toBeNull();
  payload.data.groups[0].path = payload.data.groups[0].parts.of = '<b>x</b>';
  expect(drawnText(masksParts(payload, context))).not.toContain('<');
});

test('no groups, no picture', () => {
  const payload = small();
  payload.data.groups = [];
  expect(masksKept(payload, context)).toBeNull();
  expect(masksGrid(payload, context)).toBeNull();
});

test('markup in labels stays text', () => {
  const payload = small();
  payload.data.groups[1].path = payload.data.groups[1].granularity = payload.data.metric!.name = '<b>x</b>';
  [masksKept, masksGrid, masksCost].forEach((chart) => expect(drawnText(chart(payload, inView))).not.toContain('<'));
});
