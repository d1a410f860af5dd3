import { fail } from '../../../base/core';
import type { TimelinePayload } from '../../../protocol';
import type { Span, Timeline } from '../../../study/sim';
import { still } from '../../envelope';

const MILLISECONDS = 1000;
const MAX_ACTIVITIES = 32;

/** Options of `show.timeline`. */
export interface TimelineOptions {
  /** Kind of a span, for its colour. Default: its name without the number at its end, "experts" for "experts 3". */
  activity?: (span: Span) => string;
  /** Devices from top to bottom, those that do nothing too. Default: in the order in which they come. */
  devices?: readonly string[];
  /** Title for people. Default "timeline". */
  title?: string;
}

/**
 * Payload of a timeline of resources: `show.payload(show.timeline(sim.moeSchedule({ ... }).timeline))`. Seconds become
 * milliseconds.
 *
 * @throws {SwitchyardError} where there is no device, or more than 32 activities, or a span is on a device that is not named.
 */
export function timeline(
  of: Timeline | readonly Span[],
  { activity = withoutNumber, devices, title = 'timeline' }: TimelineOptions = {}
): TimelinePayload {
  const where = 'show.timeline';
  const all = 'spans' in of ? of.spans : of;
  const rows = devices ?? distinct(all.map(({ resource }) => resource));
  const activities = distinct(all.map(activity));
  if (rows.length === 0) {
    fail(where, 'there must be a device', 0);
  }
  if (activities.length > MAX_ACTIVITIES) {
    fail(where, `there must be at most ${MAX_ACTIVITIES} activities`, activities.length);
  }
  const spans = all.map((span) => {
    const device = rows.indexOf(span.resource);
    return {
      device: device < 0 ? fail(where, `devices must hold "${span.resource}"`, rows) : device,
      activity: activities.indexOf(activity(span)),
      start: span.start * MILLISECONDS,
      end: span.end * MILLISECONDS,
      label: span.name
    };
  });
  const names = activities.length > 0 ? activities : ['none'];
  return still('timeline', { devices: [...rows], activities: names, spans }, { title });
}

function withoutNumber({ name }: Span): string {
  return name.replace(/\s+\d+$/, '');
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
