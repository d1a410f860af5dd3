// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameScheduler } from '../../../extension/base/frame';

const FRAME = 16;
let calls: number[];
let frame: FrameScheduler;

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  const start = performance.now();
  frame = new FrameScheduler(() => calls.push(performance.now() - start));
});

afterEach(() => {
  frame.dispose();
  vi.useRealTimers();
});

test('however often it is asked for, there is one call in the next frame', () => {
  frame.schedule();
  frame.schedule(-5);
  frame.schedule();
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(10 * FRAME);
  expect(calls).toEqual([FRAME]);
});

test('of calls that wait the soonest counts, for all', () => {
  frame.schedule(500);
  frame.schedule(100);
  frame.schedule(800);
  vi.advanceTimersByTime(2000);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toBeGreaterThanOrEqual(100);
  expect(calls[0]).toBeLessThanOrEqual(100 + FRAME);
  frame.schedule();
  vi.advanceTimersByTime(FRAME);
  expect(calls).toHaveLength(2);
});

test('a call may ask for the next', () => {
  let left = 3;
  frame.dispose();
  frame = new FrameScheduler(() => {
    calls.push(0);
    if (--left > 0) {
      frame.schedule(50);
    }
  });
  frame.schedule();
  vi.advanceTimersByTime(1000);
  expect(calls).toHaveLength(3);
});

test.each([
  [0, 0],
  [100, 50],
  [100, 100]
])('after it is disposed none comes, of one asked for %i ms ahead, %i ms before', (wait, passed) => {
  frame.schedule(wait);
  vi.advanceTimersByTime(passed);
  frame.dispose();
  frame.schedule();
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
