import { protocol, show, telemetry } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { example } from '../../../support/payloads';

const bytes = (payload: unknown): number => Buffer.byteLength(JSON.stringify(payload));
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('show.trial', () => {
  test('the best of one objective is the complete trial with the best value; others never are', () => {
    const { kind, source, data } = show.trial(
      [
        { parameters: { width: 64, router: 'soft', shared: true }, values: 0.5, duration: 2 },
        { parameters: { width: 32 }, values: 0.2, state: 'pruned', intermediate: [[10, 0.9], [20, 0.2]] }, // prettier-ignore
        { parameters: { width: 16 }, values: 0.4, parent: 0 },
        { parameters: {}, values: NaN },
        { parameters: {}, state: 'failed' }
      ],
      { study: 'widths', objectives: [{ name: 'loss', better: 'lower' }] }
    );
    expect([kind, source.title]).toEqual(['trial', 'widths, 5 trials']);
    expect(data.best).toEqual([2]);
    expect(data.trials[2]).toEqual({
      ...{ number: 2, state: 'complete', parameters: { width: 16 }, values: [0.4] },
      ...{ intermediate: { steps: [], values: [] }, duration: null, parent: 0 }
    });
    expect(data.trials[1].intermediate).toEqual({ steps: [10, 20], values: [0.9, 0.2] });
    expect(data.trials.slice(3).map(({ values }) => values)).toEqual([[null], [null]]);
    expect(protocol.bestSoFar(data)).toEqual([0.5, 0.5, 0.4, 0.4, 0.4]);
  });

  test('of several objectives the best are those that no other beats in all', () => {
    const objectives = [
      { name: 'loss', better: 'lower' as const },
      { name: 'accuracy', better: 'higher' as const }
    ];
    // The third is beaten by the first, the fourth equals it, the fifth is worse in both.
    const values = [[1, 0.5], [2, 0.9], [1.5, 0.5], [1, 0.5], [3, 0.1]]; // prettier-ignore
    const { data } = show.trial(values.map((each) => ({ parameters: {}, values: each })), { objectives }); // prettier-ignore
    expect(data.best).toEqual([0, 1, 3]);
    expect(protocol.bestSoFar(data, 1)).toEqual([0.5, 0.9, 0.9, 0.9, 0.9]);
  });

  test('refuses a value too few, and a number that is there twice', () => {
    expect(() => show.trial([{ parameters: {}, values: [1, 2] }])).toThrow(
      'show.trial: trial 0 must have 1 values, one for each objective, got 2'
    );
    expect(() =>
      show.trial([
        { number: 3, parameters: {} },
        { number: 3, parameters: {} }
      ])
    ).toThrow('show.trial: each trial must have a number of its own, got 3');
  });
});

describe('thousands of trials', () => {
  const loss = (i: number): number => (i === 1234 ? 0.1 : i === 700 ? 0.2 : 1 + ((i * 37) % 101) / 101);
  const trials = range(3000).map((number) => ({
    ...{ number, parameters: { width: 64 + number, router: 'expert-choice' }, values: loss(number) },
    intermediate: range(40).map((s): [number, number] => [10 * s, 2 - s / 40])
  }));
  const { data } = show.trial(trials);
  const kept = data.trials.map(({ number }) => number);

  test('fit, and say what was left out', () => {
    expect(bytes(show.trial(trials))).toBeLessThanOrEqual(protocol.MAX_PAYLOAD_BYTES);
    expect(kept.length).toBeGreaterThan(100);
    expect(data.omitted).toBe(3000 - kept.length);
    const told = data.trials.reduce((sum, { intermediate }) => sum + intermediate.steps.length, 0);
    expect(data.omittedSteps).toBe(40 * kept.length - told);
    expect(data.omittedParameters).toBeUndefined();
    expect(String(show.figure(show.trial(trials)))).toContain(
      `${2900 - kept.length + 100 - 24 + kept.length} more trials`
    );
  });

  test('keep the best, what was best before it, the newest, and an even sample of the others', () => {
    expect(data.best.map((i) => kept[i])).toEqual([1234]);
    expect(kept).toContain(700);
    const quarter = Math.floor(kept.length / 4);
    expect(kept.slice(-quarter)).toEqual(range(quarter).map((i) => 3000 - quarter + i));
    const gaps = kept.slice(0, -quarter).map((number, i) => number - (kept[i - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan((2 * 3000) / (0.7 * kept.length));
    // The curve of the best so far is the whole study's at every trial that is here.
    const whole = range(3000).map(loss);
    const reached = kept.map((number) => Math.min(...whole.slice(0, number + 1)));
    expect(protocol.bestSoFar(data)).toEqual(reached.map((value) => Number(value.toPrecision(5))));
  });
});

test('the text names the best first, and the picture has a mark a trial and a line a way', () => {
  const payload = example('trial') as protocol.TrialPayload;
  const { trials, best } = payload.data;
  const lines = String(show.figure(payload)).split('\n');
  expect(lines[1]).toBe('40 trials: 31 complete, 7 pruned, 1 failed, 1 running');
  expect(lines[3]).toMatch(new RegExp(`^\\*${trials[best[0]].number} +complete`));
  const svg = new JSDOM(show.figure(payload).toSVG(), { contentType: 'image/svg+xml' }).window.document;
  expect(svg.querySelectorAll('g[aria-label="dot"] circle')).toHaveLength(38);
  // The best so far, and the ways: all but the best's, and the best's.
  expect(Array.from(svg.querySelectorAll('g[aria-label="line"]'), (group) => group.childElementCount)).toEqual([
    1, 39, 1
  ]);
});

const SPOILT: [name: string, spoil: (data: protocol.TrialData) => void, message: string][] = [
  ['trials that go back', (d) => (d.trials[1].number = 0), 'must be greater than 0, the number before, got 0'],
  ['a parent that came later', (d) => (d.trials[9].parent = 9), 'trials[9].parent: must be an integer in 0..8, got 9'],
  ['a value too many', (d) => d.trials[0].values.push(1), 'values: must have 1 entries, got 2'],
  [
    'a parameter that is a list',
    (d) => (d.trials[0].parameters.x = [] as never),
    'parameters["x"]: must be a text, a number, true, false or null, got an array of 0'
  ],
  [
    'a value without its step',
    (d) => d.trials[0].intermediate.steps.pop(),
    'intermediate.values: must have 7 entries, got 8'
  ],
  ['a best that is not there', (d) => (d.best = [40]), 'best[0]: must be an integer in 0..39, got 40']
];

test.each(SPOILT)('%s: refused', (_, spoil, message) => {
  const payload = example('trial') as protocol.TrialPayload;
  spoil(payload.data);
  expect(() => protocol.parsePayload(payload)).toThrow(message);
});

test('bound leaves a payload alone that fits', () => {
  const payload = example('trial');
  expect(telemetry.bound(payload)).toEqual(payload);
});
