import type { Payload } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { kindOf } from '../../../extension/kinds';
import { kind, routing, trans } from '../support/payloads';

const layerNames = (payload: Payload): string[] => kindOf(payload).layers?.(payload.data) ?? [];

test('layers of every kind have names for the header', () => {
  expect(layerNames(routing())).toEqual(routing().data.layers.map((_, i) => String(i)));
  expect(layerNames(kind('depth-usage'))).toEqual(['0', '1', '2', '3', '4', '5']);
  expect(layerNames(kind('router-confidence'))).toEqual(['0', '1', '2', '3']);
  expect(layerNames(kind('merge-tree'))).toEqual(['0', '1']);
  expect(layerNames(kind('masks'))).toEqual(
    kind('masks').data.groups.map(({ path }) => expect.stringMatching(path.slice(-12)))
  );
  expect(layerNames(kind('timeline'))).toEqual([]);
});

test('layers and experts are offered in every tab of a routing but that of its scalars', () => {
  const whole = kindOf(routing())
    .tabs(trans)
    .map((tab) => [tab.id, tab.whole ?? false]);
  expect(whole).toEqual([
    ['load', false],
    ['tokens', false],
    ['experts', false],
    ['routers', false],
    ['flow', false],
    ['scalars', true]
  ]);
});
