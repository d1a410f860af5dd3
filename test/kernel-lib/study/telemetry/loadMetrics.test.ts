import { readFileSync } from 'node:fs';
import { telemetry } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { because } from '../../../support/because';
import { sharedData } from '../../../support/sharedData';

const { loadMetrics } = telemetry;

describe('loadMetrics', () => {
  test('a balanced layer', () => {
    expect(loadMetrics([5, 5, 5, 5], { k: 2 })).toEqual({
      maxVio: 0,
      maxVioBound: 1,
      cv: 0,
      effectiveExperts: 1,
      deadFraction: 0
    });
  });

  test('every token to the same two of four experts reaches the bound', () => {
    const metrics = loadMetrics([8, 8, 0, 0], { k: 2 });
    expect(metrics.maxVio).toBe(metrics.maxVioBound);
    expect(metrics.cv).toBe(1);
    expect(metrics.effectiveExperts).toBeCloseTo(0.5, 12);
    expect(metrics.deadFraction).toBe(0.5);
  });

  test('by hand: counts 1, 2, 3, 6', () => {
    const metrics = loadMetrics(Int32Array.of(1, 2, 3, 6), { k: 1 });
    expect(metrics.maxVio).toBeCloseTo(1, 12);
    // Population variance ((-2)^2 + (-1)^2 + 0 + 3^2) / 4 = 3.5, mean 3.
    expect(metrics.cv).toBeCloseTo(Math.sqrt(3.5) / 3, 12);
    // H = -(1/12 ln 1/12 + 1/6 ln 1/6 + 1/4 ln 1/4 + 1/2 ln 1/2), so exp H = 12^(1/12) 6^(1/6) 4^(1/4) 2^(1/2).
    expect(metrics.effectiveExperts).toBeCloseTo((12 ** (1 / 12) * 6 ** (1 / 6) * 2) / 4, 12);
    expect(metrics.maxVioBound).toBe(3);
  });

  test('nothing chosen is not a number', () => {
    expect(loadMetrics([0, 0], { k: 1 })).toEqual({
      maxVio: NaN,
      maxVioBound: 1,
      cv: NaN,
      effectiveExperts: NaN,
      deadFraction: NaN
    });
  });

  test('says what is wrong', () => {
    expect(() => loadMetrics([1, 1], { k: 3 })).toThrow('loadMetrics: k must be an integer 1..2, got 3');
    expect(() => loadMetrics([], { k: 1 })).toThrow(
      'loadMetrics: the number of counts must be an integer of at least 1, got 0'
    );
    expect(() => loadMetrics([1, -1], { k: 1 })).toThrow(
      'loadMetrics: counts[1] must be a finite number of at least 0, got -1'
    );
    expect(() => loadMetrics([NaN, 1], { k: 1 })).toThrow('counts[0]');
  });
});

interface Counts {
  model: string;
  experts: number;
  k: number;
  domain: string;
  counts: number[][];
}

/** MaxVio, CV and exp(H)/E of the first, middle and last layer, computed with NumPy from the project's own counts. */
const MEASURED: [string, string, number[][]][] = [
  [
    'OLMoE-1B-7B',
    'c4',
    [
      [2.017, 1.658, 1.499],
      [0.324, 0.402, 0.512],
      [0.958, 0.927, 0.877]
    ]
  ],
  [
    'OLMoE-1B-7B',
    'github',
    [
      [4.006, 5.157, 3.509],
      [0.661, 1.349, 1.19],
      [0.85, 0.539, 0.543]
    ]
  ],
  [
    'Mixtral-8x7B',
    'c4',
    [
      [0.121, 0.076, 0.124],
      [0.097, 0.041, 0.155],
      [0.995, 0.999, 0.987]
    ]
  ],
  [
    'Mixtral-8x7B',
    'github',
    [
      [0.297, 0.245, 0.328],
      [0.12, 0.123, 0.184],
      [0.993, 0.993, 0.983]
    ]
  ]
];
const file = sharedData('olmoe-routing/counts.json');

describe.skipIf(file === null)(
  'loadMetrics on real routing',
  because('the measured counts are not beside this clone (shared/data)'),
  () => {
    const rows = file === null ? [] : (JSON.parse(readFileSync(file, 'utf8')) as Counts[]);

    test.each(MEASURED)('%s on %s', (model, domain, [maxVio, cv, effective]) => {
      const row = rows.find((candidate) => candidate.model === model && candidate.domain === domain);
      expect(row).toBeDefined();
      const metrics = (row as Counts).counts.map((counts) => loadMetrics(counts, { k: (row as Counts).k }));
      metrics.forEach((layer, i) => {
        expect(Math.abs(layer.maxVio - maxVio[i])).toBeLessThanOrEqual(0.0005001);
        expect(Math.abs(layer.cv - cv[i])).toBeLessThanOrEqual(0.0005001);
        expect(Math.abs(layer.effectiveExperts - effective[i])).toBeLessThanOrEqual(0.0005001);
        expect(layer.deadFraction).toBe(0);
      });
    });
  }
);
