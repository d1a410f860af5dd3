/** @file A shipped notebook runs again to what it saved, another each day; `notebooks.slow.test.ts` runs all of them, and pytest the first steps. */
import { expect, test } from 'vitest';
import { NOTEBOOKS, testSameAgain } from '../support/sameAgain';

/** What takes minutes by itself, or needs packages that set-up does not bring, is for the slow tier alone. */
const LONG = ['compress-real-model', 'first-steps', 'python-kernel', 'quickstart', 'real-model'].map((name) => `${name}.ipynb`); // prettier-ignore
const DAY = 86_400_000;

const short = NOTEBOOKS.filter((name) => !LONG.includes(name));

test('all but the long ones have their turn', () => {
  expect(LONG.filter((name) => !NOTEBOOKS.includes(name))).toEqual([]);
  expect(short.length).toBeGreaterThan(7);
});

testSameAgain(short[Math.floor(Date.now() / DAY) % short.length], 600_000);
