import type { ControlDetails } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { DetailsRequests } from '../../../extension/control/detailsRequests';
import { routing } from '../support/payloads';

const answer = (layer: string, seq: number): ControlDetails => ({
  type: 'details',
  layer,
  payload: { ...routing(), seq }
});

test('one question waits at a time, and a kernel that never answers is not asked again', () => {
  const requests = new DetailsRequests(() => 0);
  expect(requests.latest).toBeNull();
  expect([requests.due('a', 1), requests.due('a', 2), requests.due('b', 3)]).toEqual([true, false, false]);
});

test('another layer is asked for at once, the same one for a newer snapshot and after a second', () => {
  let now = 0;
  const requests = new DetailsRequests(() => now);
  requests.due('a', 1);
  requests.answered(answer('a', 1));
  requests.judge(true);
  expect(requests.latest).toMatchObject({ layer: 'a', payload: { seq: 1 } });
  now = 500;
  expect(requests.due('a', 2)).toBe(false);
  now = 1000;
  expect(requests.due('a', 1)).toBe(false);
  expect(requests.due('a', 2)).toBe(true);
  requests.answered(answer('a', 2));
  expect(requests.due('b', 2)).toBe(true);
});

test('an answer that told nothing new is not asked for again before another layer is', () => {
  let now = 0;
  const requests = new DetailsRequests(() => now);
  requests.due('a', 1);
  requests.answered(answer('a', 1));
  requests.judge(false);
  now = 5000;
  expect(requests.due('a', 9)).toBe(false);
  expect(requests.due('b', 9)).toBe(true);
});
