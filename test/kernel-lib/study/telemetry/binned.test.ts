import { Binned, thin } from '@switchyard/kernel-lib/dist/study/telemetry/binned.js';
import { blendNumbers, blendVectors } from '@switchyard/kernel-lib/dist/study/telemetry/blends.js';
import { describe, expect, test } from 'vitest';

/** The series of step numbers themselves, so that a bin's mean says which steps it holds. */
function counted(steps: number, capacity: number): Binned<number> {
  const binned = new Binned<number>(capacity, blendNumbers);
  for (let step = 1; step <= steps; step++) {
    binned.add(step, [['step', step]]);
  }
  return binned;
}

/** First and last step of each bin. */
function ranges(binned: Binned<number>): [number, number][] {
  const { steps } = binned.read();
  return steps.map((last, i) => [i === 0 ? 1 : steps[i - 1] + 1, last]);
}

describe('blends', () => {
  test('numbers and vectors go that share of the way', () => {
    expect(blendNumbers(2, 6, 0.25)).toBe(3);
    expect(blendVectors([2, 10], [6, 0], 0.25)).toEqual([3, 7.5]);
  });
});

describe('Binned', () => {
  test('up to its capacity each step is a bin', () => {
    expect(counted(7, 8).read()).toEqual({ steps: [1, 2, 3, 4, 5, 6, 7], series: new Map([['step', [1, 2, 3, 4, 5, 6, 7]]]) }); // prettier-ignore
  });

  test('a bin is the mean of its steps, the one under way as well', () => {
    for (const steps of [8, 9, 15, 16, 40, 200, 1001]) {
      const binned = counted(steps, 8);
      const values = binned.read().series.get('step')!;
      ranges(binned).forEach(([first, last], i) => expect(values[i]).toBeCloseTo((first + last) / 2, 9));
      expect(ranges(binned).at(-1)![1]).toBe(steps);
    }
  });

  test.each([8, 9, 12])(
    'of %i bins none is passed, the start doubles, and the others are of one length',
    (capacity) => {
      for (let steps = 1; steps <= 500; steps++) {
        const lengths = ranges(counted(steps, capacity)).map(([first, last]) => last - first + 1);
        expect(lengths.length).toBeLessThanOrEqual(capacity);
        const whole = lengths.slice(0, -1);
        const longest = Math.max(...whole, 1);
        whole.forEach((length, i) => {
          const before = whole.slice(0, i).reduce((sum, each) => sum + each, 0);
          // The first two are alike, and longer than a step where there is no room for all that double.
          const start = i === 0 ? (whole[1] ?? 1) : before;
          expect(length === longest || length === start, `${steps} steps, bin ${i}: ${lengths.join(' ')}`).toBe(true);
        });
      }
    }
  );

  test('by hand: of eight bins, after 8, 16, 31 and 32 steps', () => {
    const steps = (count: number) => counted(count, 8).read().steps;
    expect(steps(8)).toEqual([1, 2, 4, 6, 8]);
    expect(steps(16)).toEqual([1, 2, 4, 8, 12, 16]);
    expect(steps(31)).toEqual([1, 2, 4, 8, 16, 24, 31]);
    expect(steps(32)).toEqual([2, 4, 8, 16, 32]);
  });

  test('a name that comes late has nothing before, and one that is left out nothing in between', () => {
    const binned = new Binned<number>(8, blendNumbers);
    binned.add(1, [['a', 1]]);
    binned.add(2, [['b', 5]]);
    binned.add(3, [['a', 3], ['b', 7]]); // prettier-ignore
    expect(binned.read()).toEqual({ steps: [1, 2, 3], series: new Map([['a', [1, null, 3]], ['b', [null, 5, 7]]]) }); // prettier-ignore
  });

  test('what is read is a copy', () => {
    const binned = counted(3, 8);
    binned.read().steps.push(99);
    binned.read().series.get('step')!.push(99);
    expect(binned.read().steps).toEqual([1, 2, 3]);
    expect(binned.read().series.get('step')).toEqual([1, 2, 3]);
  });

  test('means leave out steps without a value', () => {
    const binned = new Binned<number>(4, blendNumbers);
    for (let step = 1; step <= 12; step++) {
      binned.add(step, step % 2 === 0 ? [['even', step]] : []);
    }
    const { steps, series } = binned.read();
    series.get('even')!.forEach((value, i) => {
      const first = i === 0 ? 1 : steps[i - 1] + 1;
      const inside = [2, 4, 6, 8, 10, 12].filter((step) => step >= first && step <= steps[i]);
      const expected = inside.length === 0 ? null : inside.reduce((a, b) => a + b, 0) / inside.length;
      expect(value === null ? null : Number(value.toFixed(9))).toBe(expected);
    });
  });
});

describe('thin', () => {
  const series = (steps: number[]) => ({ steps, series: new Map([['step', steps as (number | null)[]]]) });
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

  test('what is short enough stays as it is', () => {
    const given = series([1, 2, 3]);
    expect(thin(given, 3, blendNumbers)).toBe(given);
    expect(thin(given, 4, blendNumbers)).toBe(given);
  });

  test('by hand: 16 steps in five bins are 1, 2, 4, 8 and 16', () => {
    expect(thin(series(upTo(16)), 5, blendNumbers)).toEqual({
      steps: [1, 2, 4, 8, 16],
      series: new Map([['step', [1, 2, 3.5, 6.5, 12.5]]])
    });
  });

  test('too few bins for groups that double are even', () => {
    expect(thin(series(upTo(64)), 3, blendNumbers).steps).toEqual([22, 44, 64]);
    expect(thin(series([10, 20, 30, 40]), 2, blendNumbers)).toEqual({ steps: [20, 40], series: new Map([['step', [15, 35]]]) }); // prettier-ignore
  });

  test('no group is longer than all before it, and never more than are asked for', () => {
    for (const count of [20, 100, 333]) {
      for (const max of [8, 10, 15, 19]) {
        const { steps } = thin(series(upTo(count)), max, blendNumbers);
        expect(steps.length).toBeLessThanOrEqual(max);
        expect(steps.at(-1)).toBe(count);
        steps.slice(1).forEach((last, i) => expect(last - steps[i]).toBeLessThanOrEqual(steps[i]));
      }
    }
  });

  test('by hand: of 100 steps in ten bins the longest has 17', () => {
    expect(thin(series(upTo(100)), 10, blendNumbers).steps).toEqual([1, 2, 4, 8, 16, 32, 49, 66, 83, 100]);
  });
});
