import { afterEach, expect, test, vi } from 'vitest';
import { Pace } from '../../../kernel-lib/src/show/pace';

afterEach(() => vi.restoreAllMocks());

/** Does something of so many milliseconds; the whole milliseconds from its start to the next. */
function period(pace: Pace, cost: number): number {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  pace.run(() => (now += cost));
  return Math.round(cost + pace.wait);
}

test('what is cheap waits for the interval, what is dear for its share', () => {
  expect([1, 5, 50].map((cost) => period(new Pace(250, 0.02), cost))).toEqual([250, 250, 2500]);
});

test('one time that something else lengthened holds nothing up; four are what it costs', () => {
  const pace = new Pace(250, 0.02);
  expect([2, 90, 80, 100, 90].map((cost) => period(pace, cost))).toEqual([250, 250, 250, 250, 4000]);
  const failing = new Pace(250, 0.02);
  expect(() => failing.run(() => { throw new Error('no'); })).toThrow('no'); // prettier-ignore
  expect(failing.wait).toBeGreaterThan(0);
});
