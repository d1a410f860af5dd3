import { readFileSync } from 'node:fs';
import { core, moe } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { because } from '../../../support/because';
import { sharedData } from '../../../support/sharedData';

/** Counts of `tokens` draws from these shares. */
function draw(next: () => number, shares: readonly number[], tokens: number): number[] {
  const counts = new Array<number>(shares.length).fill(0);
  const total = shares.reduce((a, b) => a + b);
  for (let t = 0; t < tokens; t++) {
    let left = next() * total;
    const expert = shares.findIndex((share) => (left -= share) < 0);
    counts[expert < 0 ? shares.length - 1 : expert]++;
  }
  return counts;
}

const even = new Array<number>(16).fill(1);

/** First alarm after the step at which the load turns from even to `shares` over `over` steps. */
function firstAlarm(shares: readonly number[], { seed = 0, at = 100, over = 1, steps = 200 } = {}) {
  const next = core.Random.fromSeed(seed).generator();
  const alarm = moe.analysis.collapseAlarm({ k: 2 });
  for (let step = 0; step < steps; step++) {
    const part = Math.min(1, Math.max(0, (step - at) / over));
    const report = alarm.observe(
      draw(
        next,
        even.map((x, e) => (1 - part) * x + part * shares[e]),
        256
      )
    );
    if (report.alarm !== null) {
      return report;
    }
  }
  return null;
}

const onto = (experts: number) => even.map((_, e) => (e < experts ? 16 / experts : 0));

describe('collapseAlarm', () => {
  test.each([1, 2, 4])(
    'flags a collapse onto %i experts within 50 steps, sudden or gradual, and not before',
    (experts) => {
      for (let seed = 0; seed < 5; seed++) {
        for (const over of [1, 25]) {
          const report = firstAlarm(onto(experts), { seed, over });
          expect(report?.step).toBeGreaterThanOrEqual(100);
          expect(report?.step).toBeLessThanOrEqual(150);
        }
      }
    }
  );

  test('is silent on an even load', () => {
    for (let seed = 0; seed < 5; seed++) {
      expect(firstAlarm(even, { seed, steps: 500 })).toBeNull();
    }
  });

  test('says which: unused from the start, or falling', () => {
    expect(firstAlarm(onto(4), { at: 0 })?.alarm).toBe('unused');
    expect(firstAlarm(onto(10), { at: 100 })?.alarm).toBe('falling');
  });

  const path = sharedData('olmoe-routing/counts.json');
  test.skipIf(path === null)(
    'is silent on the loads of OLMoE and Mixtral on c4, and flags the same when it collapses',
    because('the measured counts are not beside this clone (shared/data)'),
    () => {
      interface Counts {
        model: string;
        experts: number;
        k: number;
        domain: string;
        counts: number[][];
      }
      const c4 = (JSON.parse(readFileSync(path as string, 'utf8')) as Counts[]).filter(({ domain }) => domain === 'c4');
      expect(c4.some(({ model }) => model.startsWith('OLMoE'))).toBe(true);
      for (const { experts, k, counts } of c4) {
        for (const layer of counts) {
          const next = core.Random.fromSeed(experts).generator();
          const alarm = moe.analysis.collapseAlarm({ k });
          for (let step = 0; step < 150; step++) {
            expect(alarm.observe(draw(next, layer, 512)).alarm).toBeNull();
          }
          const few = layer.map((count, e) => (e < experts / 8 ? count : 0));
          const alarms = Array.from({ length: 50 }, () => alarm.observe(draw(next, few, 512)).alarm);
          expect(alarms.some((kind) => kind !== null)).toBe(true);
        }
      }
    }
  );
});
