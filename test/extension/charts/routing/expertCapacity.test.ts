import { expect, test } from 'vitest';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { expertCapacity } from '../../../../extension/charts/routing/expertCapacity';
import { context, routing } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

/** Four experts, top-2: the first has half of the choices and room for two fifths of them; two shared ones. */
function small(): RoutingPayload {
  const payload = routing('small');
  const [layer] = payload.data.layers;
  layer.load = [0.5, 0.25, 0.25, 0];
  Object.assign(layer, { overflow: [0.6, 0, 0, null], dropped: 0.3, capacity: 0.8, sharedExperts: 2 });
  return payload;
}

test('what each expert took and had no room for, in fair shares; shared experts take every token', () => {
  const figure = expertCapacity(small(), { ...context, expert: 1 })!;
  const [taken, lost, shared] = traces(figure);
  expect(taken.y).toEqual([0.8, 1, 1, 0]);
  expect(lost.y).toEqual([1.2, 0, 0, 0]);
  // Each token makes two choices of four experts: all tokens are twice the fair share.
  expect([shared.x, shared.y]).toEqual([
    [4.5, 5.5],
    [2, 2]
  ]);
  expect(figure.layout.shapes).toMatchObject([{ y0: 0.8, y1: 0.8 }]);
  expect(figure.summary).toBe(
    'Layer 0 sends tokens to 4 experts. Each takes at most 0.8 times its fair share. ' +
      '30.0 % of assignments found no room, most of them at expert 0. 2 shared experts work on every token.'
  );
  expect(figure.table.saved!.rows[0]).toEqual(['expert 0', 0.5, 0.6, 2]);
  expect(figure.table.rows.at(-1)).toEqual(['shared 1', '–', '0.0 %', '2']);
  expect(figure.pick?.({ trace: 0, x: 0, y: 1, index: 0 })).toEqual({ expert: 0 });
  expect(figure.pick?.({ trace: 2, x: 4.5, y: 1, index: 0 })).toEqual({});
});

test('a layer that drops nothing and shares nothing has no such picture; names are text', () => {
  expect(expertCapacity(routing('small'), context)).toBeNull();
  const payload = small();
  payload.data.layers[0].experts = ['<b>a</b>', 'b', 'c', 'd'];
  expect(drawnText(expertCapacity(payload, context))).not.toContain('<b>');
  delete payload.data.layers[0].overflow;
  delete payload.data.layers[0].capacity;
  const figure = expertCapacity(payload, context)!;
  expect(traces(figure)).toHaveLength(2);
  expect(figure.layout.shapes).toEqual([]);
});
