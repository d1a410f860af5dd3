import { protocol, show, telemetry } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { expect, test } from 'vitest';

const study = (name: string, pairs: readonly (readonly [number, number])[]) => ({
  name,
  trials: pairs.map(([size, accuracy], number) => ({ number, state: 'complete', values: { size, accuracy } }))
});
const objectives = [
  { name: 'size', better: 'lower' as const, unit: 'MB' },
  { name: 'accuracy', better: 'higher' as const }
];
const first = study('a', [[3, 0.5], [1, 0.2], [4, 0.9]]); // prettier-ignore

test('the front of one study has its way', () => {
  const failed = { number: 3, state: 'failed', values: {} };
  const { data } = show.front({ ...first, trials: [...first.trials, failed] }, { objectives });
  expect(data.front).toEqual([1, 0, 2]);
  expect(data.trajectory).toEqual([0, 1, 2]);
  expect(data.x).toEqual({ name: 'size', unit: 'MB', better: 'lower' });
  expect(data.lines).toBeUndefined();
});

test('of several studies the lines that a quarter, half and three quarters attain', () => {
  const studies = [first, study('b', [[2, 0.4], [3, 0.8]]), study('c', [[2, 0.3], [5, 0.7]]), study('d', [[6, 0.1]])]; // prettier-ignore
  const payload = show.front(studies, { objectives });
  const { data } = payload;
  expect(data.series).toEqual(['1: a', '2: b', '3: c', '4: d']);
  expect(data.trajectory).toEqual([]);
  expect(data.lines).toEqual([
    { label: '1 of 4 studies', x: [1, 2, 3, 4], y: [0.2, 0.4, 0.8, 0.9] },
    // Half: the second best of each size.
    { label: '2 of 4 studies', x: [2, 3, 4], y: [0.3, 0.5, 0.8] },
    { label: '3 of 4 studies', x: [2, 3, 5], y: [0.2, 0.3, 0.7] }
  ]);
  expect(protocol.parsePayload(telemetry.bound(payload)).data).toEqual(telemetry.bound(payload).data);
  const svg = new JSDOM(show.figure(payload).toSVG(), { contentType: 'image/svg+xml' }).window.document;
  expect(svg.querySelectorAll('g[aria-label="line"]')).toHaveLength(4);
  expect(String(show.figure(payload))).toContain('2 of 4 studies: 2 0.3, 3 0.5, 4 0.8');
});

test('one objective stands over the number of trials', () => {
  const studies = [study('a', [[3, 1], [2, 1], [5, 1]]), study('b', [[4, 1], [4, 1], [1, 1]])]; // prettier-ignore
  const { data } = show.front(studies, { objectives: [objectives[0]] });
  expect(data.x.name).toBe('trials');
  expect(data.lines).toEqual([
    { label: '1 of 2 studies', x: [1, 2, 3], y: [3, 2, 1] },
    { label: '2 of 2 studies', x: [1, 3], y: [4, 2] }
  ]);
});

test('refuses what cannot be drawn', () => {
  expect(() => show.front(first, { objectives: [] })).toThrow('show.front: objectives must be one or two, got 0');
  expect(() => show.front([], { objectives })).toThrow('show.front: there must be 1..32 studies, got 0');
  expect(() => show.front(study('a', []), { objectives })).toThrow('show.front: a trial must be complete');
  const payload = show.front(first, { objectives });
  payload.data.lines = [{ label: 'x', x: [1], y: [] }];
  expect(() => protocol.parsePayload(payload)).toThrow('lines[0].y: must have 1 entries, got 0');
});
