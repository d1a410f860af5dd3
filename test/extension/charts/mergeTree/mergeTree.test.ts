import { expect, test } from 'vitest';
import type { MergeTreePayload } from '@switchyard/kernel-lib/protocol';
import { mergeTree } from '../../../../extension/charts/mergeTree/mergeTree';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

/** Four experts: 0 with 2 at 1, 1 with 3 at 2, all at 5; merged into two groups. */
function small(): MergeTreePayload {
  const payload = kind('merge-tree');
  payload.data = {
    metric: 'distance',
    layers: [
      {
        path: 'layers.0.moe',
        experts: ['0', '1', '2', '3'],
        merges: [
          { left: 0, right: 2, distance: 1, size: 2 },
          { left: 1, right: 3, distance: 2, size: 2 },
          { left: 4, right: 5, distance: 5, size: 4 }
        ],
        groups: [0, 1, 0, 1]
      }
    ]
  };
  return payload;
}

test('experts stand beside those that they are joined with', () => {
  const figure = mergeTree(small(), context)!;
  expect(figure.layout.yaxis?.ticktext).toEqual(['expert 0', 'expert 2', 'expert 1', 'expert 3']);
});

test('a join is a bracket from the two clusters to its distance, in its group’s colour where it has one', () => {
  const [first, second, all, joins] = traces(mergeTree(small(), context));
  expect([first.x, first.y]).toEqual([
    [0, 1, 1, 0, null],
    [0, 0, 1, 1, null]
  ]);
  expect([second.x, second.y]).toEqual([
    [0, 2, 2, 0, null],
    [2, 2, 3, 3, null]
  ]);
  // The clusters stand in the middle of their own: rows 0.5 and 2.5.
  expect([all.x, all.y]).toEqual([
    [1, 5, 5, 2, null],
    [0.5, 0.5, 2.5, 2.5, null]
  ]);
  expect(all.line.color).toBe(context.theme.mutedText);
  expect(new Set([first, second, all].map(({ line }) => line.color)).size).toBe(3);
  expect([joins.x, joins.y]).toEqual([
    [1, 2, 5],
    [0.5, 2.5, 1.5]
  ]);
  expect(joins.text[2]).toBe('expert 0, expert 2 with expert 1, expert 3 at 5');
});

test('the summary and the table say the joins', () => {
  const figure = mergeTree(small(), context)!;
  expect(figure.summary).toBe('Layer 0 has 4 experts, merged into 2 groups. 3 joins at distances from 1 to 5.');
  expect(figure.table.rows).toEqual([
    ['1', 'expert 0', 'expert 2', '1', '2'],
    ['2', 'expert 1', 'expert 3', '2', '2'],
    ['3', 'expert 0, expert 2', 'expert 1, expert 3', '5', '4']
  ]);
});

test('a clustering that stopped leaves several trees, in the order of their experts', () => {
  const payload = small();
  payload.data.layers[0].merges.splice(0, 3, { left: 3, right: 1, distance: 2, size: 2 });
  payload.data.layers[0].groups = [];
  const figure = mergeTree(payload, context)!;
  expect(figure.layout.yaxis?.ticktext).toEqual(['expert 0', 'expert 3', 'expert 1', 'expert 2']);
  expect(figure.summary).toContain('none merged');
});

test('the layer in view is drawn; without it there is no picture', () => {
  const payload = kind('merge-tree');
  expect(mergeTree(payload, { ...context, layer: 1 })!.summary).toContain('Layer 1');
  payload.data.layers = [];
  expect(mergeTree(payload, context)).toBeNull();
});

test('markup in labels stays text', () => {
  const payload = small();
  payload.data.metric = payload.data.layers[0].experts[1] = '<b>x</b>';
  expect(drawnText(mergeTree(payload, context))).not.toContain('<');
});
