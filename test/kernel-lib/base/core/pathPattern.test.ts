import { core } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const { matchesPath } = core;

test('in a pattern * stands for any characters of one name, ** for any number of names', () => {
  const fits = (pattern: string, path: string) => matchesPath([pattern], path);
  expect(fits('layers.*.attention', 'layers.12.attention')).toBe(true);
  expect(fits('layers.*', 'layers.0.attention')).toBe(false);
  expect(fits('layers.**', 'layers.0.attention')).toBe(true);
  expect(fits('layers.**', 'layers')).toBe(true);
  expect(fits('**.hidden', 'hidden')).toBe(true);
  expect(fits('**.hidden', 'layers.0.moe.experts.hidden')).toBe(true);
  expect(fits('**.hidden', 'layers.hidden.w1')).toBe(false);
  expect(fits('layers.0.feedForward.w*', 'layers.0.feedForward.w1')).toBe(true);
  expect(fits('**.*router*.**', 'layers.0.moe.router.weight')).toBe(true);
  expect(fits('a+b', 'aab')).toBe(false);
  expect(matchesPath([], 'a')).toBe(false);
  expect(matchesPath(['b', 'a'], 'a')).toBe(true);
});
