import { core, ops } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { planDispatch } = ops;

/** Rows by sorting instead of counting, and capacity by walking choices: what the plan must agree with. */
function slowPlan(indices: number[], k: number, capacity: number, priority: number[]): number[] {
  const numTokens = indices.length / k;
  const tokens = Array.from({ length: numTokens }, (_, t) => t).sort((a, b) => priority[b] - priority[a]);
  const used = new Map<number, number>();
  const kept: number[] = [];
  for (let j = 0; j < k; j++) {
    for (const t of tokens) {
      const expert = indices[t * k + j];
      const already = used.get(expert) ?? 0;
      if (expert >= 0 && already < capacity) {
        used.set(expert, already + 1);
        kept.push(t * k + j);
      }
    }
  }
  return kept.sort((a, b) => indices[a] - indices[b] || a - b);
}

describe('planDispatch', () => {
  test('sorts assignments by expert, then by token', () => {
    const plan = planDispatch(Int32Array.of(2, 0, 0, 2, 3, 0), { numTokens: 3, k: 2, numExperts: 4 });
    expect(plan.rows).toBe(6);
    expect([...plan.counts]).toEqual([3, 0, 2, 1]);
    expect([...plan.requested]).toEqual([3, 0, 2, 1]);
    expect([...plan.offsets]).toEqual([0, 3, 3, 5, 6]);
    expect([...plan.source]).toEqual([1, 2, 5, 0, 3, 4]);
    expect([...plan.inverse]).toEqual([3, 0, 1, 4, 5, 2]);
    expect(plan.dropped).toBeNull();
  });

  test('serves first choices of all tokens before second choices', () => {
    const indices = Int32Array.of(1, 0, 0, 1, 0, 1);
    const plan = planDispatch(indices, { numTokens: 3, k: 2, numExperts: 2, capacity: 2 });
    expect([...plan.requested]).toEqual([3, 3]);
    expect([...plan.counts]).toEqual([2, 2]);
    expect([...(plan.dropped as Uint8Array)]).toEqual([0, 1, 0, 0, 0, 1]);
    expect([...plan.inverse]).toEqual([2, -1, 0, 3, 1, -1]);
  });

  test('serves tokens of higher priority first', () => {
    const options = { numTokens: 4, k: 1, numExperts: 2, capacity: 2, priority: [0.1, 0.9, 0.5, 0.5] };
    const plan = planDispatch(Int32Array.of(0, 0, 0, 0), options);
    expect([...(plan.dropped as Uint8Array)]).toEqual([1, 0, 0, 1]);
    expect([...plan.source]).toEqual([1, 2]);
  });

  test('agrees with sorting on random assignments', () => {
    const next = core.Random.fromSeed(3).generator();
    for (const [numTokens, k, numExperts, capacity] of [
      [50, 2, 7, 9],
      [31, 3, 3, 100],
      [64, 1, 64, 1],
      [16, 8, 8, 0]
    ]) {
      const indices = Array.from({ length: numTokens * k }, () => Math.floor(next() * (numExperts + 1)) - 1);
      const priority = Array.from({ length: numTokens }, next);
      const plan = planDispatch(Int32Array.from(indices), { numTokens, k, numExperts, capacity, priority });
      expect([...plan.source]).toEqual(slowPlan(indices, k, capacity, priority));
      plan.inverse.forEach((row, a) => expect(row < 0 ? -1 : plan.source[row]).toBe(row < 0 ? -1 : a));
      const dropped = plan.dropped as Uint8Array;
      expect(plan.rows + dropped.reduce((a, b) => a + b, 0)).toBe(indices.filter((expert) => expert >= 0).length);
    }
  });

  test.each([
    ['no tokens', [], 0, 2, 3, null, 0],
    ['one token, one expert', [0], 1, 1, 1, null, 1],
    ['no choice used', [-1, -1, -1, -1], 2, 2, 3, null, 0],
    ['capacity 0', [0, 1, 1, 0], 2, 2, 2, 0, 0],
    ['capacity 1', [0, 1, 1, 0], 2, 2, 2, 1, 2]
  ])('%s', (_name, indices, numTokens, k, numExperts, capacity, rows) => {
    const plan = planDispatch(Int32Array.from(indices), { numTokens, k, numExperts, capacity });
    expect(plan.rows).toBe(rows);
    expect(plan.offsets[numExperts]).toBe(rows);
  });

  test('refuses what does not fit', () => {
    const options = { numTokens: 2, k: 2, numExperts: 3 };
    expect(() => planDispatch(Int32Array.of(0, 1, 3, 1), options)).toThrow(
      'planDispatch: choice 0 of token 1 must be an expert 0..2, or -1 for none, got 3'
    );
    expect(() => planDispatch(Int32Array.of(0, 1, 2, -2), options)).toThrow('choice 1 of token 1');
    expect(() => planDispatch(Int32Array.of(0, 1), options)).toThrow('numTokens * k (4) entries, got 2');
    expect(() => planDispatch(Int32Array.of(0, 1, 2, 1), { ...options, capacity: 1.5 })).toThrow('capacity');
    expect(() => planDispatch(Int32Array.of(0, 1, 2, 1), { ...options, priority: [1] })).toThrow('priority');
  });
});
