import { expect, test } from 'vitest';
import { lostLine, timeLeft } from '@switchyard/kernel-lib/protocol';

test.each([
  [0, ', 0:00 left'],
  [59.6, ', 1:00 left'],
  [236, ', 3:56 left'],
  [7205, ', 120:05 left'],
  [Infinity, ''],
  [NaN, '']
])('%s seconds', (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words);
});

test('a line that goes on loses its time left, and says after what it was lost', () => {
  const step = 'step 30 of 800, loss 2.100, 5.0 steps/s';
  expect(lostLine(step + timeLeft(236), 'lost')).toBe(`lost after ${step}`);
  const trial = 'trial 3 of 9, best loss 0.5, 1 failed';
  expect(lostLine(trial + timeLeft(3), 'lost')).toBe(`lost after ${trial}`);
});

test.each([
  'finished: step 800 of 800, loss 2.100, 5.0 steps/s',
  'stopped: step 30 of 800, loss 2.100, 5.0 steps/s',
  'step 800 of 800, loss 2.100, 5.0 steps/s',
  'lost after step 30 of 800, loss 2.100, 5.0 steps/s',
  'failed after step 3 of 8: ten items, 3:56 left',
  'step 3 of 9, 3:56 left, and more'
])('%s is over, or no line of progress', (line) => {
  expect(lostLine(line, 'lost')).toBeNull();
});
