// @vitest-environment jsdom
import '../support/browser';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReplayBar } from '../../../extension/panels/replayBar';
import { trans } from '../support/payloads';

let bar: ReplayBar;
let chosen: (number | null)[];

beforeEach(() => {
  vi.useFakeTimers();
  bar = new ReplayBar(trans);
  Widget.attach(bar, document.body);
  chosen = [];
  bar.chosen.connect((_, step) => {
    chosen.push(step);
    bar.offer([10, 20, 40], step);
  });
  bar.offer([10, 20, 40], null);
});

afterEach(() => {
  bar.dispose();
  vi.useRealTimers();
});

const slider = (): HTMLInputElement => bar.node.querySelector('input')!;
const [play, newest] = [0, 1].map((i) => () => bar.node.querySelectorAll('button')[i]);

function slide(to: number): void {
  slider().value = String(to);
  slider().dispatchEvent(new Event('input', { bubbles: true }));
}

test('the slider says steps, and its end is the newest', () => {
  expect([slider().max, slider().value, slider().getAttribute('aria-valuetext')]).toEqual(['2', '2', 'step 40']);
  slide(1);
  expect(chosen).toEqual([20]);
  expect(slider().getAttribute('aria-valuetext')).toBe('step 20');
  slide(2);
  expect(chosen).toEqual([20, null]);
  slide(0);
  newest().click();
  expect(chosen).toEqual([20, null, 10, null]);
  expect(newest().disabled).toBe(true);
});

test('playing goes from the start to the newest step and ends there', () => {
  play().click();
  expect(chosen).toEqual([10]);
  expect(play().getAttribute('aria-label')).toBe('Pause the replay');
  vi.advanceTimersByTime(10_000);
  expect(chosen).toEqual([10, 20, null]);
  expect(play().getAttribute('aria-label')).toBe('Play the run');
});

test('playing starts where the slider is, pauses, and ends with the bar', () => {
  slide(1);
  play().click();
  expect(chosen).toEqual([20]);
  play().click();
  vi.advanceTimersByTime(10_000);
  expect(chosen).toEqual([20]);
  play().click();
  bar.dispose();
  vi.advanceTimersByTime(10_000);
  expect(chosen).toEqual([20]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a step that is not kept any more is shown as the last one before it; steps that come later are followed', () => {
  bar.offer([10, 30, 50], 40);
  expect(slider().getAttribute('aria-valuetext')).toBe('step 30');
  bar.offer([10, 30, 50, 60], null);
  expect([slider().max, slider().value]).toEqual(['3', '3']);
});

test('without a history there is no bar', () => {
  bar.offer([], null);
  expect(bar.isHidden).toBe(true);
  bar.offer([1, 2], null);
  expect(bar.isHidden).toBe(false);
});
