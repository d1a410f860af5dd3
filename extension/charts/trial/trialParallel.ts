/** @file What was tried as parallel coordinates: an axis a choice, and one an objective; a line a trial. */
import type { Trial, TrialData, TrialParameter, TrialPayload } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data } from 'plotly.js';
import { tableOf } from '../../base/table';
import { amountColours } from '../amounts';
import { drawnWords } from '../drawnPart';
import type { IChartContext, IFigure } from '../figure';
import { figureWidth, fitting } from '../fitting';
import { baseLayout } from '../load';
import { brief, plainText, shortened } from '../text';
import { choosing, markedTrial } from './chosenTrial';
import { drawnSentence, drawnTrials } from './drawnTrials';
import { chosenText } from './trialValues';

const HEIGHT = 280;
const MARGIN = { l: 34, r: 34, t: 34, b: 30 };
/** Axes that a figure has room for, one so many pixels from the next. */
const AXIS = 62;
const MOST_AXES = 12;
/** Lines are drawn in so many shades, the best the strongest. */
const SHADES = 5;
/** Lines that are drawn at most. */
const MOST = 192;

interface IAxis {
  name: string;
  low: string;
  high: string;
  /** 0..1; null where a trial has no such choice. */
  at: (trial: Trial) => number | null;
}

/** Null where fewer than two choices and objectives differ between trials that have a value. */
export function trialParallel({ data }: TrialPayload, context: IChartContext): IFigure | null {
  const trials = data.trials.filter(({ values }) => values[0] !== null);
  const all = axesOf(data, trials, context);
  const objectives = data.objectives.map((_, o) => objectiveAxis(data, trials, o));
  if (all.length === 0 || trials.length < 2) {
    return null;
  }
  const { theme, trans } = context;
  const room = Math.max(2, Math.min(MOST_AXES, Math.floor((figureWidth(context) - 68) / AXIS) + 1));
  const axes = [...all.slice(0, Math.max(1, room - objectives.length)), ...objectives];
  const left = all.length + objectives.length - axes.length;
  const valued = data.trials.flatMap(({ values }, i) => (values[0] === null ? [] : [i]));
  const drawn = drawnTrials(data, valued, MOST, context);
  return {
    data: [...rules(axes, context), ...lines(data, drawn.map((i) => data.trials[i]), axes, context)], // prettier-ignore
    layout: {
      ...baseLayout(theme, HEIGHT),
      margin: MARGIN,
      hovermode: 'closest',
      xaxis: { visible: false, fixedrange: true, range: [-0.1, axes.length - 0.9] },
      yaxis: { visible: false, fixedrange: true, range: [-0.02, 1.02] },
      annotations: [
        ...axes.flatMap((axis, i) => words(axis, i, axes.length, context)),
        ...drawnWords(drawn.length, valued.length, context, true)
      ]
    },
    summary:
      trans.__('%1 trials over %2 choices; stronger lines are better in %3.', trials.length, axes.length - objectives.length, data.objectives[0].name) + // prettier-ignore
      (left > 0 ? ` ${trans._n('%1 choice has no room.', '%1 choices have no room.', left)}` : '') +
      drawnSentence(drawn.length, valued.length, trans),
    table: tableOf([trans.__('choice'), trans.__('from'), trans.__('to')], () =>
      [...all, ...objectives].map(({ name, low, high }) => [name, low, high])
    ),
    pick: ({ data: number }) => (typeof number === 'number' ? choosing(number, context) : {})
  };
}

/** An axis for each choice that differs: numbers by size, words in the order in which they came. */
function axesOf({ trials }: TrialData, shown: readonly Trial[], { trans }: IChartContext): IAxis[] {
  const labels = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))];
  return labels.flatMap((name): IAxis[] => {
    const value = ({ parameters }: Trial): TrialParameter | undefined =>
      Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    const values = [...new Set(shown.map(value).filter((each) => each !== undefined && each !== null))];
    if (values.length < 2) {
      return [];
    }
    const numbers = values.every((each) => typeof each === 'number') ? (values as number[]) : null;
    const ordered = numbers === null ? values : [...numbers].sort((a, b) => a - b);
    const [low, high] = [ordered[0], ordered[ordered.length - 1]];
    // Few numbers stand evenly, as words do; many by their size, where that is of several powers of ten by its logarithm.
    const isFew = numbers === null || ordered.length <= 8;
    const scale = !isFew && Number(low) > 0 && Number(high) / Number(low) >= 100 ? Math.log : (x: number): number => x;
    const at = (trial: Trial): number | null => {
      const own = value(trial);
      return own === undefined || own === null
        ? null
        : isFew
          ? ordered.indexOf(own) / (ordered.length - 1)
          : (scale(Number(own)) - scale(Number(low))) / (scale(Number(high)) - scale(Number(low)));
    };
    return [{ name, low: chosenText(low, trans), high: chosenText(high, trans), at }];
  });
}

/** An axis on which the better is above. */
function objectiveAxis({ objectives }: TrialData, trials: readonly Trial[], objective: number): IAxis {
  const { name, better } = objectives[objective];
  const values = trials.flatMap(({ values: own }) => own[objective] ?? []);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [low, high] = better === 'lower' ? [most, least] : [least, most];
  const at = (trial: Trial): number | null => {
    const value = trial.values[objective];
    return value === null ? null : high === low ? 0.5 : Math.abs(value - low) / Math.abs(high - low);
  };
  return { name, low: brief(low), high: brief(high), at };
}

function rules(axes: readonly IAxis[], { theme }: IChartContext): Data[] {
  return [
    {
      type: 'scatter',
      mode: 'lines',
      x: axes.flatMap((_, i) => [i, i, null]),
      y: axes.flatMap(() => [0, 1, null]),
      line: { color: theme.mutedText, width: 1 },
      hoverinfo: 'skip'
    }
  ];
}

/** Trials in shades from the worst to the best, and on top the one that is marked. */
function lines(data: TrialData, trials: readonly Trial[], axes: readonly IAxis[], context: IChartContext): Data[] {
  const { theme, trans } = context;
  const sign = data.objectives[0].better === 'lower' ? -1 : 1;
  const ordered = [...trials].sort((a, b) => sign * (a.values[0]! - b.values[0]!));
  const shades = amountColours(SHADES + 1, theme.colours).slice(1);
  const marked = markedTrial(context);
  const line = (own: readonly Trial[], color: string, width: number): Data =>
    ({
      type: 'scatter',
      mode: 'lines+markers',
      x: own.flatMap(() => [...axes.map((_, i) => i), null]),
      y: own.flatMap((trial) => [...axes.map(({ at }) => at(trial)), null]),
      customdata: own.flatMap(({ number }) => [...axes.map(() => number), null]),
      line: { color, width },
      marker: { color, size: 3 },
      hoverinfo: 'text',
      text: own.flatMap(({ number, values }) => [
        ...axes.map(() => plainText(trans.__('trial %1: %2', number, brief(values[0])))),
        ''
      ])
    }) as unknown as Data;
  const chosen = ordered.filter(({ number }) => number === marked);
  return [
    ...shades.map((colour, s) =>
      line(
        ordered.filter((_, i) => Math.round(((SHADES - 1) * i) / Math.max(1, ordered.length - 1)) === s),
        colour,
        0.8
      )
    ),
    ...(chosen.length > 0 ? [line(chosen, theme.accent, 3)] : [])
  ];
}

/** Name, top and bottom of an axis. */
function words(
  { name, low, high }: IAxis,
  index: number,
  count: number,
  context: IChartContext
): Partial<Annotations>[] {
  const room = (Math.min(figureWidth(context), 900) - MARGIN.l - MARGIN.r) / Math.max(1, count - 1) - 6;
  const cut = (text: string): string => plainText(fitting([text, shortened(text, Math.max(3, Math.floor(room / 6)))], room, 10)); // prettier-ignore
  const at = (y: number, text: string, yanchor: 'top' | 'bottom', yshift: number, color: string) => ({
    ...{ x: index, y, text: cut(text), showarrow: false, yanchor, yshift, xanchor: 'center' as const },
    font: { size: 10, color }
  });
  const { theme } = context;
  return [
    at(1, name, 'bottom', 13, theme.text),
    at(1, high, 'bottom', 1, theme.mutedText),
    at(0, low, 'top', -1, theme.mutedText)
  ];
}
