import { expect, test } from 'vitest';
import type { PruningGroupsPayload } from '@switchyard/kernel-lib/protocol';
import { pruningGroups } from '../../../../extension/charts/pruningGroups/pruningGroups';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

function small(): PruningGroupsPayload {
  const payload = kind('pruning-groups');
  payload.data = {
    modules: [
      { path: 'tokens', repeats: 1 },
      { path: 'layers.0–3.up', repeats: 4 },
      { path: 'layers.0–3.down', repeats: 4 }
    ],
    groups: [
      {
        ...{ name: 'width', axis: 'width', size: 8, values: 40, repeats: 1, pinned: null, column: 0 },
        members: [0, 1, 2].map((module) => ({ module, parameters: 'weight 0' }))
      },
      {
        ...{ name: 'layers.0–3.hidden', axis: 'hidden', size: 16, values: 17, repeats: 4, pinned: null, column: 1 },
        members: [
          { module: 1, parameters: 'weight 1, bias 0' },
          { module: 2, parameters: 'weight 0' }
        ]
      },
      {
        ...{
          name: 'vocabulary',
          axis: 'vocabulary',
          size: 99,
          values: 8,
          repeats: 1,
          pinned: 'ids name it',
          column: 2
        },
        members: [{ module: 0, parameters: 'weight 0' }]
      }
    ]
  };
  return payload;
}

test('a line a group runs through the modules that carry it, in its column', () => {
  const figure = pruningGroups(small(), context)!;
  const [width, hidden, vocabulary] = traces(figure);
  expect([width.x, width.y]).toEqual([
    [0, 0, 0],
    [0, 1, 2]
  ]);
  expect([hidden.x, hidden.y]).toEqual([
    [1, 1],
    [1, 2]
  ]);
  expect(hidden.text[0]).toBe(
    'layers.0–3.hidden: 16 positions, 17 values go with one · layers.0–3.up: weight 1, bias 0'
  );
  expect([width, hidden, vocabulary].map(({ line }) => line.dash)).toEqual(['solid', 'solid', 'dot']);
  expect(width.line.color).not.toBe(hidden.line.color);
  expect(figure.summary).toBe('6 groups over 9 modules; 1 groups cannot be pruned.');
  const { ticktext } = figure.layout.yaxis as { ticktext: string[] };
  expect(ticktext).toEqual(['tokens', 'layers.0–3.up × 4', 'layers.0–3.down × 4']);
});

test('a group that is marked stands out, and says what it takes with it', () => {
  const figure = pruningGroups(small(), { ...context, choices: { 'pruning-groups.group': '1' } })!;
  const opacity = figure.data.map((trace) => (trace as { opacity: number }).opacity);
  expect(opacity).toEqual([0.25, 1, 0.25]);
  expect(figure.summary).toBe(
    'A position of layers.0–3.hidden takes 17 values with it, in layers.0–3.up, layers.0–3.down.'
  );
  const pinned = pruningGroups(small(), { ...context, choices: { 'pruning-groups.group': '2' } })!;
  expect(pinned.summary).toContain('It cannot be pruned: ids name it.');
});

test('the table has each group with all that carries it', () => {
  const { columns, rows } = pruningGroups(small(), context)!.table;
  expect(columns).toHaveLength(6);
  expect(rows[1]).toEqual([
    ...['layers.0–3.hidden', '4', '16', '17'],
    ...['layers.0–3.up: weight 1, bias 0; layers.0–3.down: weight 0', '']
  ]);
});

test('names of kinds fold into rows where the figure is narrow', () => {
  const rows = (width: number) =>
    new Set(pruningGroups(small(), { ...context, width })!.layout.annotations!.map(({ yshift }) => yshift)).size;
  expect([rows(600), rows(150)]).toEqual([1, 2]);
});

test('no group, no picture; markup stays text', () => {
  const payload = small();
  payload.data.groups[1].name = payload.data.groups[1].axis = payload.data.modules[1].path = '<b>x</b>';
  const text = drawnText(pruningGroups(payload, context)).replace(/<\/?span[^>]*>/g, '');
  expect(text).not.toContain('<');
  payload.data.groups = [];
  expect(pruningGroups(payload, context)).toBeNull();
});
