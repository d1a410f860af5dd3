/** @file What each device does when: bars of activity on a track of idle time. */
import type { TimelinePayload } from '@switchyard/kernel-lib/protocol';
import { busyTime, lastEnd } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import { seriesColour } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { layerAxis, rowsHeight } from '../layers';
import { legendAbove, moreRows, omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { brief, percent, plainText, shortened } from '../text';
import { cell, tableOf } from '../../base/table';

/** Shares of idle time stand beside at most so many rows. */
const MOST_WORDS = 24;

/** A row for each device, a colour for each activity; time in milliseconds. */
export function timeline(payload: TimelinePayload, context: IChartContext): IFigure | null {
  const { data } = payload;
  const end = lastEnd(data);
  if (data.spans.length === 0 || end === 0) {
    return null;
  }
  const { trans } = context;
  const idle = busyTime(data).map((busy) => 1 - busy / end);
  return {
    data: [track(payload, end, idle, context), ...data.activities.map((_, a) => activity(payload, a, context))],
    layout: layout(payload, { end, idle }, context),
    summary: summary(payload, { end, idle }, context),
    table: tableOf(
      [
        trans.__('device'),
        ...data.activities.map((name) => trans.__('%1 (ms)', name)),
        trans.__('busy (ms)'),
        trans.__('idle')
      ],
      () =>
        data.devices.map((name, device) => [
          name,
          ...data.activities.map((_, a) => cell(spent(payload, device, a), brief)),
          cell((1 - idle[device]) * end, brief),
          cell(idle[device], percent)
        ])
    )
  };
}

function spent({ data }: TimelinePayload, device: number, activity: number): number {
  return data.spans
    .filter((span) => span.device === device && span.activity === activity)
    .reduce((sum, span) => sum + span.end - span.start, 0);
}

/** Idle time shows where nothing lies on the track. */
function track({ data }: TimelinePayload, end: number, idle: number[], { theme, trans }: IChartContext): Data {
  return {
    type: 'bar',
    orientation: 'h',
    name: trans.__('idle'),
    x: data.devices.map(() => end),
    y: data.devices.map((_, device) => device),
    marker: { color: theme.grid, line: { color: theme.mutedText, width: 0.5 } },
    hoverinfo: 'text',
    text: data.devices.map((name, device) => plainText(trans.__('%1: %2 idle', name, percent(idle[device])))),
    textposition: 'none'
  } as unknown as Data;
}

function activity({ data }: TimelinePayload, index: number, { theme, trans }: IChartContext): Data {
  const own = data.spans.filter((span) => span.activity === index);
  const words = own.map(({ device, start, end, label }) =>
    trans.__(
      '%1, %2%3: %4 to %5 ms (%6 ms)',
      data.devices[device],
      data.activities[index],
      label === '' ? '' : `, ${label}`,
      brief(start),
      brief(end),
      brief(end - start)
    )
  );
  return {
    type: 'bar',
    orientation: 'h',
    name: plainText(data.activities[index]),
    base: own.map(({ start }) => start),
    x: own.map(({ start, end }) => end - start),
    y: own.map(({ device }) => device),
    marker: { color: seriesColour(index, theme.colours), line: { color: theme.background, width: 1 } },
    hoverinfo: 'text',
    text: words.map(plainText),
    textposition: 'none'
  } as unknown as Data;
}

interface ITime {
  end: number;
  /** Idle share of each device. */
  idle: number[];
}

function layout({ data }: TimelinePayload, { end, idle }: ITime, context: IChartContext): Partial<Layout> {
  const { theme, trans } = context;
  const { devices, activities } = data;
  const named = devices.length <= MOST_WORDS;
  return {
    ...baseLayout(
      theme,
      76 + rowsHeight(devices.length, 26, 480) + moreRows([...activities, trans.__('idle')], context)
    ),
    ...legendAbove(theme),
    margin: { l: 46, r: named ? 62 : 8, t: 30, b: 40 },
    barmode: 'overlay',
    bargap: 0.3,
    xaxis: {
      title: { text: trans.__('milliseconds'), standoff: 4 },
      range: [0, end],
      gridcolor: theme.grid,
      zeroline: false,
      nticks: 8
    },
    yaxis: layerAxis(
      devices.map((name) => shortened(name, 16)),
      ''
    ),
    annotations: idle.slice(0, named ? devices.length : 0).map((share, device) => ({
      xref: 'paper',
      x: 1,
      y: device,
      xanchor: 'left',
      showarrow: false,
      text: trans.__('%1 idle', `${Math.round(share * 100)} %`),
      font: { size: 10, color: theme.mutedText }
    }))
  };
}

function summary({ data }: TimelinePayload, { end, idle }: ITime, { trans }: IChartContext): string {
  const worst = idle.indexOf(Math.max(...idle));
  return (
    trans.__(
      '%1 devices over %2 ms. %3 is idle most: %4 of the time.',
      data.devices.length,
      brief(end),
      data.devices[worst],
      percent(idle[worst])
    ) + omittedSentence(data.omitted, trans)
  );
}
