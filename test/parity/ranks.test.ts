import { readFileSync } from 'fs';
import { join } from 'path';
import { moe, nas } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

interface Case {
  a: number[];
  b: number[];
  /** Null where a list is constant. */
  kendall: number | null;
  spearman: number | null;
}

const { cases } = JSON.parse(readFileSync(join(__dirname, 'fixtures/ranks.json'), 'utf8')) as { cases: Case[] };

test("Kendall's tau-b and Spearman's rank correlation equal scipy's, with ties", () => {
  expect(cases.filter(({ a }) => new Set(a).size < a.length).length).toBeGreaterThan(30);
  for (const { a, b, kendall, spearman } of cases) {
    const found = [nas.kendall(a, b), moe.analysis.spearman(a, b)];
    [kendall, spearman].forEach((right, i) =>
      right === null ? expect(found[i]).toBeNaN() : expect(found[i]).toBeCloseTo(right, 10)
    );
  }
});
