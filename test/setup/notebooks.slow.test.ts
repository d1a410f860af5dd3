/** @file Every shipped notebook runs again to what it saved, some minutes each; its prose is read by `notebookProse.test.ts`. */
import { expect, test } from 'vitest';
import { NOTEBOOKS, testSameAgain } from '../support/sameAgain';

test('there are notebooks', () => expect(NOTEBOOKS.length).toBeGreaterThan(10));

for (const name of NOTEBOOKS) {
  testSameAgain(name);
}
