import { core, nas } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

describe('RegNet [regnet]', () => {
  test('stages by hand: widths are w0 wm^s with the exponent rounded, then multiples of the group', () => {
    // u = 16, 24, 32, 40, 48, 56; log2(u / 16) = 0, 0.58, 1, 1.32, 1.58, 1.81, rounded 0, 1, 1, 1, 2, 2.
    expect(nas.regnetStages({ depth: 6, w0: 16, wa: 8, wm: 2 })).toEqual([
      { width: 16, depth: 1 },
      { width: 32, depth: 3 },
      { width: 64, depth: 2 }
    ]);
    // With wm = 1.5 and groups of 16, 16, 24 and 36 become 16, 32 and 32.
    expect(nas.regnetStages({ depth: 3, w0: 16, wa: 9, wm: 1.5, group: 16 })).toEqual([
      { width: 16, depth: 1 },
      { width: 32, depth: 2 }
    ]);
  });

  test('widths of the space are multiples of the group, never fall, and are few; the depth is that of all stages', () => {
    const space = nas.space.regnet({ group: 8, stages: 4 });
    const next = core.Random.fromSeed(0).generator();
    for (let i = 0; i < 200; i++) {
      const candidate = space.candidate(space.sample(next)) as unknown as nas.RegnetOptions;
      const stages = nas.regnetStages(candidate);
      expect(stages.length).toBeLessThanOrEqual(4);
      stages.forEach(({ width }, s) => {
        expect(width % 8).toBe(0);
        expect(width).toBeGreaterThan(s === 0 ? 0 : stages[s - 1].width);
      });
      expect(stages.reduce((sum, { depth }) => sum + depth, 0)).toBe(candidate.depth);
    }
  });

  test('candidates with the same stages are one', () => {
    const space = nas.space.regnet();
    const point = { depth: 4, w0: 16, wa: 2, wm: 3 };
    expect(space.hash(point)).toBe(space.hash({ ...point, wa: 2.1 }));
    expect(space.hash(point)).not.toBe(space.hash({ ...point, w0: 24 }));
  });

  test('the distribution of errors rises from 0 to 1, and where networks that grow are better the space is better than any widths', () => {
    const { at, values } = nas.edf([0.3, 0.1, 0.2, 0.2]);
    expect([0.05, 0.1, 0.2, 0.25, 0.3].map(at)).toEqual([0, 0.25, 0.75, 0.75, 1]);
    expect(values).toEqual([0.1, 0.2, 0.2, 0.3]);
    // An error planted in the widths: what a block has less than the one before it.
    const error = (widths: number[]) =>
      widths.reduce((sum, width, i) => sum + Math.max(0, (widths[i - 1] ?? 0) - width), 1);
    const any = nas.space({ widths: nas.repeated(8, nas.integer(8, 128, { step: 8 })) });
    const grown = nas.space.regnet({ choices: { depth: nas.integer(8, 8) } });
    const next = core.Random.fromSeed(1).generator();
    const sample = (space: nas.Space, widths: (candidate: nas.Candidate) => number[]) =>
      nas.edf(Array.from({ length: 60 }, () => error(widths(space.candidate(space.sample(next))))));
    const free = sample(any, ({ widths }) => widths as number[]);
    const regular = sample(grown, (candidate) =>
      nas
        .regnetStages(candidate as unknown as nas.RegnetOptions)
        .flatMap(({ width, depth }) => new Array<number>(depth).fill(width))
    );
    [...free.values, ...regular.values].forEach((value) =>
      expect(regular.at(value)).toBeGreaterThanOrEqual(free.at(value))
    );
    expect(regular.at(1)).toBe(1);
  });

  test.each([
    [{ wm: 1 }, 'nas.space.regnet: wm must be more than 1, got 1'],
    [{ w0: 4 }, 'nas.space.regnet: w0 must be a number of at least 8, got 4'],
    [{ wa: -1 }, 'nas.space.regnet: wa must be a number of at least 0, got -1']
  ])('refuses %o', (changes, message) => {
    expect(() => nas.regnetStages({ depth: 4, w0: 8, wa: 4, wm: 2, ...changes })).toThrow(message);
  });

  test('an empty distribution is refused', () => {
    expect(() => nas.edf([])).toThrow('nas.edf: samples must be one number or more, got none');
    expect(() => nas.edf([1, NaN])).toThrow('nas.edf: samples must be one number or more, got NaN');
  });
});
