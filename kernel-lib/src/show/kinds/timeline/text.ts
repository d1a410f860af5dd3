import { busyTime, lastEnd } from '../../../protocol';
import type { TimelineData } from '../../../protocol';
import { percent, significant } from '../../format';
import { firstRows } from '../../texts/firstRows';

/** Milliseconds of each activity on each device, and the share of the time that it has nothing to do. */
export function timelineText(data: TimelineData): string[] {
  const { devices, activities, spans, omitted = 0 } = data;
  const end = lastEnd(data);
  const busy = busyTime(data);
  const spent = (device: number, activity: number): number =>
    spans
      .filter((span) => span.device === device && span.activity === activity)
      .reduce((sum, span) => sum + span.end - span.start, 0);
  const rows = devices.map((name, device) => [
    name,
    ...activities.map((_, activity) => significant(spent(device, activity))),
    significant(busy[device]),
    percent(end === 0 ? null : 1 - busy[device] / end)
  ]);
  const head = ['device (ms)', ...activities, 'busy', 'idle'];
  const cut = omitted > 0 ? [`${omitted} later spans are left out`] : [];
  return [`${significant(end)} ms`, ...firstRows({ head, rows, left: 1, of: 'devices' }), ...cut];
}
