import { busyTime, lastEnd } from '../../../protocol';
import type { TimelineData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { percent } from '../../format';
import { colourOf } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { LEFT, rowScale, rowsHeight } from '../../pictures/rows';
import { STYLE, WIDTH } from '../../pictures/sizes';

const IDLE = '#e4e6ea';

/** Spans of each device, coloured by activity, on a track of idle time. */
export function timelinePicture(data: TimelineData, tools: Drawing): (Element | null)[][] {
  const end = lastEnd(data);
  if (data.spans.length === 0 || end === 0) {
    return [];
  }
  const activities = data.activities.map((name, a) => ({ name, colour: colourOf(a) }));
  return [[legend('what each does', [{ name: 'idle', colour: IDLE }, ...activities], tools)], [rows(data, end, tools)]];
}

function rows(data: TimelineData, end: number, { Plot, document }: Drawing): Element {
  const { devices, activities, spans } = data;
  const idle = busyTime(data).map((busy, device) => ({ device, end, words: `${percent(1 - busy / end)} idle` }));
  return Plot.plot({
    document,
    width: WIDTH,
    height: rowsHeight(devices.length) + 44,
    marginLeft: LEFT,
    marginRight: 76,
    marginTop: 4,
    marginBottom: 36,
    style: STYLE,
    color: { type: 'ordinal', domain: activities.map((_, a) => a), range: activities.map((_, a) => colourOf(a)) },
    x: { domain: [0, end], label: 'milliseconds', labelAnchor: 'center', labelArrow: 'none', ticks: 8 },
    y: rowScale(devices),
    marks: [
      Plot.barX(idle, { x1: 0, x2: 'end', y: 'device', fill: IDLE }),
      Plot.barX(spans, { x1: 'start', x2: 'end', y: 'device', fill: 'activity', stroke: '#ffffff', strokeWidth: 0.5 }),
      Plot.text(idle, { x: end, y: 'device', text: 'words', textAnchor: 'start', dx: 6 })
    ]
  }) as unknown as Element;
}
