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
/** Lines that are drawn at most, and those of them that have dots on the axes: the browser lays out each dot. */
const MOST = 192;
const MOST_DOTTED = 64;

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

/** Trials in shades from the worst to the best, what no line reaches, and on top the one that is marked. */
function lines(data: TrialData, trials: readonly Trial[], axes: readonly IAxis[], context: IChartContext): Data[] {
  const { theme } = context;
  const sign = data.objectives[0].better === 'lower' ? -1 : 1;
  const ordered = [...trials].sort((a, b) => sign * (a.values[0]! - b.values[0]!));
  const shades = amountColours(SHADES + 1, theme.colours).slice(1);
  const marked = markedTrial(context);
  const dotted = trials.length <= MOST_DOTTED;
  const line = (own: readonly Trial[], color: string, width: number, mode: string): Data =>
    ({
      ...points(own.map((trial) => ({ trial, at: axes.map(({ at }) => at(trial)) })), context),
      ...{ type: 'scatter', mode, line: { color, width }, marker: { color, size: 3 } }
    }) as unknown as Data; // prettier-ignore
  const chosen = ordered.filter(({ number }) => number === marked);
  return [
    ...shades.map((colour, s) =>
      line(
        ordered.filter((_, i) => Math.round(((SHADES - 1) * i) / Math.max(1, ordered.length - 1)) === s),
        colour,
        0.8,
        dotted ? 'lines+markers' : 'lines'
      )
    ),
    ...(dotted ? [] : [alone(ordered, axes, shades[SHADES - 1], context)]),
    ...(chosen.length > 0 ? [line(chosen, theme.accent, 3, 'lines+markers')] : [])
  ];
}

/** Dots of trials that have no choice on the axes beside. */
function alone(trials: readonly Trial[], axes: readonly IAxis[], color: string, context: IChartContext): Data {
  const own = trials.map((trial) => {
    const at = axes.map((axis) => axis.at(trial));
    return { trial, at: at.map((y, i) => ((at[i - 1] ?? at[i + 1] ?? null) === null ? y : null)) };
  });
  const some = own.filter(({ at }) => at.some((y) => y !== null));
  return { ...points(some, context), type: 'scatter', mode: 'markers', marker: { color, size: 3 } } as unknown as Data;
}

/** Places of trials on the axes, a gap after each, with their words. */
function points(own: readonly { trial: Trial; at: readonly (number | null)[] }[], { trans }: IChartContext): object {
  return {
    x: own.flatMap(({ at }) => [...at.map((_, i) => i), null]),
    y: own.flatMap(({ at }) => [...at, null]),
    customdata: own.flatMap(({ trial, at }) => [...at.map(() => trial.number), null]),
    hoverinfo: 'text',
    text: own.flatMap(({ trial: { number, values }, at }) => {
      const words = plainText(trans.__('trial %1: %2', number, brief(values[0])));
      return [...at.map(() => words), ''];
    })
  };
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
