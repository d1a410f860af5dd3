/** @file Intermediate values of the trials by step: where one was pruned, and how the best got there. */
import type { Trial, TrialPayload } from '@switchyard/kernel-lib/protocol';
import { trialLine } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { seriesColour } from '../amounts';
import { drawnWords } from '../drawnPart';
import type { IChartContext, IFigure } from '../figure';
import { baseLayout } from '../load';
import { stepAxis } from '../stepAxis';
import { brief, plainText } from '../text';
import { choosing, markedTrial } from './chosenTrial';
import { drawnSentence, drawnTrials } from './drawnTrials';
import { trialState } from './trialValues';
import { cell, tableOf } from '../../base/table';

const HEIGHT = 240;
const MARGIN = { l: 54, r: 12, t: 8, b: 36 };
/** Curves that are drawn at most: each is a trace of its own, which can be clicked. */
const MOST = 64;

/** Null where no trial tells of its way. */
export function trialSteps({ data }: TrialPayload, context: IChartContext): IFigure | null {
  const { theme, trans } = context;
  const best = new Set(data.best);
  const marked = markedTrial(context);
  const chosen = new Set(marked === null ? [] : trialLine(data, marked).map(({ number }) => number));
  const told = data.trials
    .map((trial, i) => ({ trial, best: best.has(i) }))
    .filter(({ trial }) => trial.intermediate.values.some((value) => value !== null))
    // The best on top, and over it what is chosen.
    .sort((a, b) => Number(a.best) - Number(b.best))
    .sort((a, b) => Number(chosen.has(a.trial.number)) - Number(chosen.has(b.trial.number)));
  if (told.length === 0) {
    return null;
  }
  const place = new Map(data.trials.map((trial, i) => [trial, i]));
  const wanted = told.map(({ trial }) => place.get(trial)!).sort((a, b) => a - b);
  const kept = new Set(drawnTrials(data, wanted, MOST, context));
  const drawn = told.filter(({ trial }) => kept.has(place.get(trial)!));
  const steps = [...new Set(told.flatMap(({ trial }) => trial.intermediate.steps))].sort((a, b) => a - b);
  const [{ name }] = data.objectives;
  const pruned = told.filter(({ trial }) => trial.state === 'pruned').length;
  return {
    data: drawn.map((each) => curve(each.trial, { best: each.best, chosen: chosen.has(each.trial.number) }, context)),
    layout: {
      ...baseLayout(theme, HEIGHT),
      margin: MARGIN,
      hovermode: 'closest',
      xaxis: stepAxis(steps, context),
      yaxis: { title: { text: plainText(name) }, gridcolor: theme.grid, zeroline: false, nticks: 6, fixedrange: true },
      annotations: drawnWords(drawn.length, told.length, context)
    },
    steps,
    summary:
      trans.__('%1 of %2 trials, up to step %3; %4 of them pruned.', name, told.length, steps[steps.length - 1], pruned) + // prettier-ignore
      drawnSentence(drawn.length, told.length, trans),
    table: tableOf([trans.__('trial'), trans.__('state'), trans.__('last step'), trans.__('last value')], () =>
      told.map(({ trial, best }) => {
        const { steps, values } = trial.intermediate;
        const number = cell(trial.number, (n) => (best ? `★ ${n}` : String(n)));
        return [number, trialState(trial.state, trans), String(steps.at(-1)), cell(values.at(-1) ?? null, brief)];
      })
    ),
    pick: ({ trace }) => choosing(drawn[trace].trial.number, context)
  };
}

/** The best stands out in the text's colour, the chosen one in the accent's; a pruned one ends in a cross. */
function curve(
  { number, state, intermediate }: Trial,
  { best, chosen }: { best: boolean; chosen: boolean },
  { theme, trans }: IChartContext
): Data {
  const { steps, values } = intermediate;
  const pruned = seriesColour(1, theme.colours);
  const last = steps.length - 1;
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name: plainText(trans.__('trial %1', number)),
    x: steps,
    y: values,
    connectgaps: true,
    line: { color: chosen ? theme.accent : best ? theme.text : theme.mutedText, width: chosen ? 3 : best ? 2 : 0.8 },
    marker: {
      symbol: state === 'pruned' ? 'x' : 'circle',
      color: state === 'pruned' ? pruned : best ? theme.text : theme.mutedText,
      size: steps.map((_, i) => (i === last ? (state === 'pruned' ? 6 : 4) : 0))
    },
    hoverinfo: 'x+y+name',
    hoverlabel: { namelength: -1 }
  } as unknown as Data;
}
