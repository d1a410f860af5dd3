import type { protocol } from '@switchyard/kernel-lib';
import { Details } from '@switchyard/kernel-lib/dist/show/details.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let built: string[] = [];
let underWay = true;

const build = (layer: string): protocol.RoutingPayload => {
  built.push(layer);
  return { layer } as unknown as protocol.RoutingPayload;
};

beforeEach(() => {
  built = [];
  underWay = true;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('a panel that asks without end has one question and one timer, and gets the latest answer', () => {
  const details = new Details(build, () => underWay);
  const [one, other] = [{}, {}];
  const answered: string[] = [];
  const ask = (panel: object, layer: string): void =>
    details.ask(panel, { layer, answer: () => answered.push(`${panel === one ? 'one' : 'other'} ${layer}`) });
  ask(one, 'first');
  expect(answered).toEqual(['one first']);
  for (let i = 0; i < 1000; i++) {
    ask(one, `layer ${i}`);
    ask(other, `layer ${i}`);
  }
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(2000);
  expect(answered.slice(1)).toEqual(['one layer 999', 'other layer 999']);
  expect(built).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('what waits when the run ends is answered, and what is asked later at once', () => {
  const details = new Details(build, () => underWay);
  const answered: string[] = [];
  const ask = (panel: object, layer: string): void => details.ask(panel, { layer, answer: () => answered.push(layer) });
  ask({}, 'a');
  ask({}, 'b');
  expect(answered).toEqual(['a']);
  underWay = false;
  ask({}, 'c');
  expect(answered).toEqual(['a', 'b', 'c']);
});
