import { expect, test } from 'vitest';
import type { TimelinePayload } from '@switchyard/kernel-lib/protocol';
import { timeline } from '../../../../extension/charts/timeline/timeline';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

/** Device "b" works from 0 to 4, "a" from 1 to 3 on two things at once; the end is 10. */
function small(): TimelinePayload {
  const payload = kind('timeline');
  payload.data = {
    devices: ['a', 'b'],
    activities: ['compute', 'send'],
    spans: [
      { device: 0, activity: 0, start: 1, end: 3, label: 'x' },
      { device: 0, activity: 1, start: 2, end: 3, label: '' },
      { device: 1, activity: 0, start: 0, end: 4, label: '' },
      { device: 1, activity: 0, start: 9, end: 10, label: '' }
    ]
  };
  return payload;
}

test('a span is a bar from its start on its device, on a track of the whole time', () => {
  const [track, compute, send] = traces(timeline(small(), context));
  expect(track.x).toEqual([10, 10]);
  expect([compute.base, compute.x, compute.y]).toEqual([
    [1, 0, 9],
    [2, 4, 1],
    [0, 1, 1]
  ]);
  expect([send.base, send.x, send.y]).toEqual([[2], [1], [0]]);
  expect(compute.text[0]).toBe('a, compute, x: 1 to 3 ms (2 ms)');
});

test('what overlaps is busy once, and the rest is idle', () => {
  const figure = timeline(small(), context)!;
  expect(figure.table).toMatchObject({
    columns: ['device', 'compute (ms)', 'send (ms)', 'busy (ms)', 'idle'],
    rows: [
      ['a', '2', '1', '2', '80.0 %'],
      ['b', '5', '0', '5', '50.0 %']
    ]
  });
  expect(figure.summary).toBe('2 devices over 10 ms. a is idle most: 80.0 % of the time.');
  expect(figure.layout.annotations?.map(({ y, text }) => [y, text])).toEqual([
    [0, '80 % idle'],
    [1, '50 % idle']
  ]);
});

test('spans that were left out are counted', () => {
  const payload = small();
  payload.data.omitted = 3;
  expect(timeline(payload, context)!.summary).toContain('3 more did not fit.');
});

test('no spans, no picture', () => {
  const payload = small();
  payload.data.spans = [];
  expect(timeline(payload, context)).toBeNull();
});

test('markup in labels stays text', () => {
  const payload = small();
  payload.data.devices[0] = payload.data.activities[1] = payload.data.spans[0].label = '<b>x</b>';
  expect(drawnText(timeline(payload, context))).not.toContain('<');
});
