import { checkArray, checkInteger, checkNumber, checkObject, checkText } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_DEVICES, MAX_MODULES, MAX_POINTS } from '../limits';
import type { Count, Magnitude, Text } from '../numbers';
import { checkOmitted } from '../tables';

/** Timeline of devices: computing, sending, waiting. */
export type TimelinePayload = Envelope<'timeline', TimelineData>;

/** Data of a payload of a timeline: what each device did, and when. */
export interface TimelineData {
  /**
   * Devices, streams or links, a row each.
   * @minItems 1
   * @maxItems 128
   */
  devices: Text[];
  /**
   * Kinds of spans, for example "all-to-all", "experts".
   * @minItems 1
   * @maxItems 32
   */
  activities: Text[];
  /** @maxItems 1024 */
  spans: Span[];
  /** Later spans left out because they would not fit; absent where none is. */
  omitted?: Count;
}

/** Span of time in which a device does one thing. */
export interface Span {
  /** Index into `devices`. */
  device: Count;
  /** Index into `activities`. */
  activity: Count;
  /** Milliseconds from the start of the picture. */
  start: Magnitude;
  /** Milliseconds; at least `start`. */
  end: Magnitude;
  label: Text;
}

/** Checks the data of a timeline payload. */
export function checkTimeline(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const devices = checkArray(data.devices, `${path}.devices`, { min: 1, max: MAX_DEVICES, item: checkText }).length;
  const activities = checkArray(data.activities, `${path}.activities`, { min: 1, max: MAX_MODULES, item: checkText });
  const span: Check = (item, at) => {
    const { device, activity, start, end, label } = checkObject(item, at);
    checkInteger(device, `${at}.device`, 0, devices - 1);
    checkInteger(activity, `${at}.activity`, 0, activities.length - 1);
    checkNumber(end, `${at}.end`, checkNumber(start, `${at}.start`, 0));
    checkText(label, `${at}.label`);
  };
  checkOmitted(data.omitted, `${path}.omitted`);
  checkArray(data.spans, `${path}.spans`, { max: MAX_POINTS, item: span });
}

/** End of the last span, in milliseconds. */
export function lastEnd({ spans }: TimelineData): number {
  return spans.reduce((last, { end }) => Math.max(last, end), 0);
}

/** Milliseconds in which each device has at least one span; what overlaps counts once. */
export function busyTime({ devices, spans }: TimelineData): number[] {
  const ordered = [...spans].sort((a, b) => a.start - b.start);
  return devices.map((_, device) => {
    let [busy, until] = [0, 0];
    for (const { start, end } of ordered.filter((span) => span.device === device)) {
      busy += Math.max(0, end - Math.max(start, until));
      until = Math.max(until, end);
    }
    return busy;
  });
}
