import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DrawingBudget } from '../../../extension/base/drawingBudget';

beforeEach(() => vi.useFakeTimers());

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Draws for so many milliseconds, its frame included; the whole milliseconds from its start to the next drawing. */
function period(budget: DrawingBudget, cost: number): number {
  budget.run(() => vi.advanceTimersByTime(cost));
  vi.advanceTimersByTime(0);
  return Math.round(cost + budget.wait);
}

test('the dearer a drawing, the later the next', () => {
  const budget = new DrawingBudget(() => 0.05);
  expect(budget.wait).toBe(0);
  const periods = [10, 20, 100].map((cost) => period(new DrawingBudget(() => 0.05), cost));
  expect(periods).toEqual([200, 400, 2000]);
});

test('a drawing costs the least of the latest eight, which something else may have lengthened', () => {
  const budget = new DrawingBudget(() => 0.05);
  expect([10, 100, 20].map((cost) => period(budget, cost))).toEqual([200, 200, 200]);
  expect(Array.from({ length: 6 }, () => period(budget, 50))).toEqual([200, 200, 200, 200, 200, 400]);
});

test('the share may change, and after the time has passed the next may come', () => {
  let share = 0.5;
  const budget = new DrawingBudget(() => share);
  expect(period(budget, 10)).toBe(20);
  share = 0.01;
  expect(period(budget, 10)).toBe(1000);
  vi.advanceTimersByTime(989);
  expect(budget.wait).toBeCloseTo(1, 6);
  vi.advanceTimersByTime(2);
  expect(budget.wait).toBe(0);
});

test('however dear, the next is drawn after some seconds', () => {
  expect(period(new DrawingBudget(() => 0.001), 500)).toBe(4000);
});

test('two drawings of one frame are paid once', () => {
  const budget = new DrawingBudget(() => 0.1);
  const now = performance.now.bind(performance);
  let late = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + late);
  // No task comes between two drawings of one frame.
  [20, 10].forEach((cost) => budget.run(() => (late += cost)));
  vi.advanceTimersByTime(0);
  expect(budget.wait).toBeCloseTo(300 - 30, 6);
});
