import { MAX_POINTS } from '../../../protocol';
import type { Span, TimelineData, TimelinePayload } from '../../../protocol';
import { roundNumber } from '../../bounds/rounding';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';

/** Milliseconds to a nanosecond. */
const TIME_DECIMALS = 6;

/** The first spans stay: what is shown of the time is whole. Labels of spans are cut before that. */
export function boundTimeline(payload: TimelinePayload): TimelinePayload {
  const { data } = payload;
  const byStart = data.spans.map((_, i) => i).sort((a, b) => data.spans[a].start - data.spans[b].start);
  const max = Math.min(MAX_POINTS, byStart.length);
  const firstSpans = (count: number): Span[] => {
    const kept = new Set(byStart.slice(0, count));
    return data.spans.filter((_, i) => kept.has(i));
  };
  const cut = (least: number, names: Shorten, labels: Shorten) => ({
    max,
    least,
    keep: (count: number) => withSpans(data, firstSpans(count), { names, labels })
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
