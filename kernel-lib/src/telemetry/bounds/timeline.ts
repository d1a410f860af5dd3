import type { Span, TimelineData, TimelinePayload } from '../../protocol';
import { MAX_POINTS } from '../../protocol';
import { roundNumber } from '../rounding';
import { fit } from './fit';
import { legal, short } from './labels';
import { omitted } from './omitted';

/** Milliseconds to a nanosecond. */
const TIME_DECIMALS = 6;

/** The first spans stay: what is shown of the time is whole. Labels of spans are cut before that. */
export function boundTimeline(payload: TimelinePayload): TimelinePayload {
  const { data } = payload;
  const ordered = [...data.spans].sort((a, b) => a.start - b.start);
  const max = Math.min(MAX_POINTS, ordered.length);
  const cut = (least: number, names: Shorten, labels: Shorten) => ({
    max,
    least,
    keep: (count: number) => withSpans(data, ordered.slice(0, count), { names, labels })
  });
  return fit(payload, [
    cut(max, legal, legal),
    cut(max, legal, short),
    cut(Math.min(1, max), legal, () => ''),
    cut(0, short, () => '')
  ]);
}

type Shorten = (text: string) => string;

function withSpans(
  data: TimelineData,
  spans: readonly Span[],
  { names, labels }: { names: Shorten; labels: Shorten }
): TimelineData {
  return {
    devices: data.devices.map(names),
    activities: data.activities.map(names),
    spans: spans.map((span) => ({
      ...{ device: span.device, activity: span.activity },
      ...{ start: roundNumber(span.start, TIME_DECIMALS), end: roundNumber(span.end, TIME_DECIMALS) },
      label: labels(span.label)
    })),
    ...omitted(data.omitted, data.spans.length - spans.length)
  };
}
