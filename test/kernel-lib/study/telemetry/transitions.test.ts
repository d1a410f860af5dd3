import { Transitions } from '@switchyard/kernel-lib/dist/study/telemetry/transitions.js';
import type { core } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const record = (indices: number[], k: number) =>
  ({ indices: Int32Array.from(indices), k, numTokens: indices.length / k }) as unknown as core.RoutingRecord;
const read = (transitions: Transitions) => transitions.read()?.map((row) => [...row]);

test('counts first choice to first choice, over the window and the one before', () => {
  const transitions = new Transitions(2, 3);
  // Two choices of a token in the first layer, one in the next; a token that either sends nowhere is left out.
  transitions.record(record([0, 1, 1, 0, -1, 0, 1, 0], 2), record([2, 0, 1, -1], 1));
  expect(read(transitions)).toEqual([[0, 0, 1], [1, 0, 0]]); // prettier-ignore
  transitions.roll();
  transitions.record(record([1, 0], 2), record([1], 1));
  expect(read(transitions)).toEqual([[0, 0, 1], [1, 1, 0]]); // prettier-ignore
  transitions.roll();
  expect(read(transitions)).toEqual([[0, 0, 0], [0, 1, 0]]); // prettier-ignore
  transitions.roll();
  expect(read(transitions)).toEqual([[0, 0, 0], [0, 0, 0]]); // prettier-ignore
});

test('fits layers of its sizes only', () => {
  const transitions = new Transitions(2, 3);
  expect([transitions.fits(2, 3), transitions.fits(2, 2), transitions.fits(3, 3), transitions.fits(3, 2)]).toEqual([true, false, false, false]); // prettier-ignore
});

test('of more than 65,536 pairs nothing is counted', () => {
  expect(new Transitions(256, 256).read()).toHaveLength(256);
  const many = new Transitions(256, 257);
  many.record(record([1], 1), record([1], 1));
  expect(many.read()).toBeNull();
});
