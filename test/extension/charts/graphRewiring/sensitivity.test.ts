import { expect, test } from 'vitest';
import type { GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import { graphSensitivity } from '../../../../extension/charts/graphRewiring/sensitivity';
import { sensitivityByDistance } from '../../../../extension/charts/graphRewiring/sensitivityDistance';
import { context, kind } from '../../support/payloads';
import { traces } from '../../support/traces';

/** a – b – c, and d apart; the edge from a to c was removed. */
function path(): GraphRewiringPayload {
  const payload = kind('graph-rewiring');
  const node = (label: string, x: number) => ({ label, class: -1, x, y: 0 });
  payload.data = {
    measure: 'curvature',
    classes: [],
    nodes: [node('a', 0), node('b', 1), node('c', 2), node('d', 3)],
    edges: [
      { from: 0, to: 1, curvature: 1, state: 'kept' },
      { from: 1, to: 2, curvature: 1, state: 'added' },
      { from: 0, to: 2, curvature: 1, state: 'removed' }
    ],
    sensitivity: { targets: [0, 2], decadesBelow: [[0, 1, 3, null], [2.5, 1, 0, null]] } // prettier-ignore
  };
  return payload;
}

const choosing = (node: number) => ({ ...context, choices: { 'graph-sensitivity.target': String(node) } });
const coloured = (figure: ReturnType<typeof graphSensitivity>) =>
  traces(figure).find(({ marker }) => Array.isArray(marker?.color))!;

test('nodes are coloured by decades below the greatest; what nothing reaches has no colour, and the target a ring', () => {
  const figure = graphSensitivity(path(), context);
  expect(coloured(figure).marker).toMatchObject({ color: [-0, -1, -3], cmin: -3, cmax: 0 });
  expect(coloured(figure).x).toEqual([0, 1, 2]);
  expect(coloured(figure).text).toEqual(['a: 1 of the greatest', 'b: 0.1 of the greatest', 'c: 0.001 of the greatest']);
  const apart = traces(figure).find(({ text }) => text?.[0]?.includes('nothing'))!;
  expect([apart.x, apart.text]).toEqual([[3], ['d: nothing of it reaches there']]);
  const ring = traces(figure).find(({ marker }) => marker?.symbol === 'circle-open')!;
  expect(ring.x).toEqual([0]);
  expect(figure!.summary).toBe(
    'The output at a hangs on 3 of 4 nodes, on 2 of them by at least a tenth of the greatest.'
  );
});

test('edges that were removed are not drawn', () => {
  const line = traces(graphSensitivity(path(), context)).find(({ mode }) => mode === 'lines')!;
  expect(line.x).toEqual([0, 1, null, 1, 2, null]);
});

test('a click on a node chooses its output, and so does the list; one that is no target is passed over', () => {
  const figure = graphSensitivity(path(), context)!;
  expect(figure.choices).toEqual([
    {
      name: 'graph-sensitivity.target',
      label: 'Output at',
      options: [
        { value: '0', text: 'a' },
        { value: '2', text: 'c' }
      ],
      selected: '0'
    }
  ]);
  expect(figure.pick!({ trace: 3, x: 2, y: 0, index: 2, data: 2 })).toEqual({
    choices: { 'graph-sensitivity.target': '2' }
  });
  expect(coloured(graphSensitivity(path(), choosing(2))).marker.color).toEqual([-2.5, -1, -0]);
  expect(graphSensitivity(path(), choosing(1))!.choices![0].selected).toBe('0');
});

test('by distance: the chosen target’s nodes, and the mean over all targets; what is not reached is not drawn', () => {
  const [own, mean] = traces(sensitivityByDistance(path(), choosing(2)));
  expect([own.x, own.text]).toEqual([[2, 1, 0], ['a: 0.00316', 'b: 0.1', 'c: 1']]); // prettier-ignore
  expect(mean.x).toEqual([0, 1, 2]);
  expect((mean.y as number[]).map((y) => Number(y.toPrecision(3)))).toEqual([1, 0.1, 0.00208]);
  const { summary, table, layout } = sensitivityByDistance(path(), context)!;
  expect([layout.xaxis!.gridcolor, layout.yaxis!.gridcolor]).toEqual([context.theme.grid, context.theme.grid]);
  expect(summary).toBe('Mean sensitivity is 1 of the greatest at 0 edges and 0.00208 at 2.');
  expect(table.rows[2]).toEqual(['2', '2', '0.00208', '0.00316']); // prettier-ignore
});

test('there is no picture where none is told, nor of distances where edges were left out', () => {
  const none = path();
  delete none.data.sensitivity;
  expect([graphSensitivity(none, context), sensitivityByDistance(none, context)]).toEqual([null, null]);
  const cut = path();
  cut.data.omitted = 2;
  expect(graphSensitivity(cut, context)).not.toBeNull();
  expect(sensitivityByDistance(cut, context)).toBeNull();
});
