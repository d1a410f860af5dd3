/** @file One objective over the trials of a search, with the best so far; its table has all that was tried. */
import type { Trial, TrialData, TrialObjective, TrialParameter, TrialPayload } from '@switchyard/kernel-lib/protocol';
import { bestSoFar } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Data } from 'plotly.js';
import { cell, tableOf, type ITable } from '../../base/table';
import { seriesColour } from '../amounts';
import { choice } from '../choice';
import { drawnWords } from '../drawnPart';
import type { IChartContext, IChoice, IFigure } from '../figure';
import { fitting } from '../fitting';
import { legendAbove, moreRows, omittedSentence } from '../legend';
import { baseLayout, PLAIN_LABELS } from '../load';
import { brief, plainText } from '../text';
import { choosing, markedTrial } from './chosenTrial';
import { drawnSentence, drawnTrials } from './drawnTrials';

const HEIGHT = 280;
const MARGIN = { l: 54, r: 12, t: 30, b: 40 };
const CHOICE = 'trial-values.objective';
/** Marks that are drawn at most. */
const MOST = 512;
const STATES: readonly Trial['state'][] = ['complete', 'pruned', 'failed', 'running'];
const OPACITY = 0.7;
const SYMBOLS: Record<Trial['state'], string> = {
  complete: 'circle',
  pruned: 'x',
  failed: 'cross',
  running: 'diamond'
};

/** Null where there is no trial yet. */
export function trialValues(payload: TrialPayload, context: IChartContext): IFigure | null {
  const { data } = payload;
  if (data.trials.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const offered = objectiveChoice(data.objectives, context);
  const shown = Number(offered.selected);
  const named = objectiveName(data.objectives[shown]);
  const states = STATES.filter((state) => data.trials.some((trial) => trial.state === state));
  const names = [trans.__('best so far'), ...states.map((state) => trialState(state, trans))];
  const axis = { gridcolor: theme.grid, zeroline: false, nticks: 7 };
  const valued = data.trials.flatMap(({ values }, i) => (values[shown] === null ? [] : [i]));
  const drawn = drawnTrials(data, valued, MOST, context);
  return {
    data: [
      reached(payload, shown, context),
      ...states.map((state) => ofState(payload, { state, objective: shown, drawn }, context)),
      outlined(payload, { objective: shown, drawn }, context)
    ],
    layout: {
      ...baseLayout(theme, HEIGHT + moreRows(names, context)),
      ...legendAbove(theme),
      margin: MARGIN,
      hovermode: 'closest',
      xaxis: { ...axis, ...PLAIN_LABELS, title: { text: trans.__('trial'), standoff: 4 }, tickformat: 'd' },
      yaxis: { ...axis, title: { text: plainText(fitting(direction(data.objectives[shown], trans), 210, 12)) } },
      annotations: drawnWords(drawn.length, valued.length, context)
    },
    summary: summary(payload, named, shown, context) + drawnSentence(drawn.length, valued.length, trans),
    table: table(payload, context),
    choices: data.objectives.length > 1 ? [offered] : [],
    pick: ({ data: number }) => (typeof number === 'number' ? choosing(number, context) : {})
  };
}

/** A word for how a trial stands. */
export function trialState(state: Trial['state'], trans: TranslationBundle): string {
  const words: Record<Trial['state'], string> = {
    complete: trans.__('complete'),
    pruned: trans.__('pruned'),
    failed: trans.__('failed'),
    running: trans.__('running')
  };
  return words[state];
}

function objectiveName({ name, unit }: TrialObjective): string {
  return unit === '' ? name : `${name} (${unit})`;
}

function direction(objective: TrialObjective, trans: TranslationBundle): string[] {
  const words = objective.better === 'lower' ? trans.__('lower is better') : trans.__('higher is better');
  return [`${objectiveName(objective)}, ${words}`, objectiveName(objective)];
}

function objectiveChoice(objectives: readonly TrialObjective[], context: IChartContext): IChoice {
  const options = objectives.map((objective, i) => ({ value: String(i), text: objectiveName(objective) }));
  return choice(context, CHOICE, context.trans.__('Objective'), options);
}

/** Steps along the trials that are complete: only those at which the line bends, and its ends. */
function reached({ data }: TrialPayload, objective: number, { theme, trans }: IChartContext): Data {
  const curve = bestSoFar(data, objective);
  const isAll = data.trials.length <= MOST;
  const bends = curve.flatMap((value, i) => (isAll || i === curve.length - 1 || value !== curve[i - 1] ? [i] : []));
  return {
    type: 'scatter',
    mode: 'lines',
    name: trans.__('best so far'),
    x: bends.map((i) => data.trials[i].number),
    y: bends.map((i) => curve[i]),
    line: { color: theme.text, width: 1.5, shape: 'hv' },
    hoverinfo: 'skip'
  };
}

/** Settings of a trace of trials: those of `drawn`, of one state or of all. */
interface IShown {
  objective: number;
  drawn: readonly number[];
}

/** The trials of a state but for those that are outlined: all their marks are alike, as the one in the legend. */
function ofState(
  { data }: TrialPayload,
  { state, objective, drawn }: IShown & { state: Trial['state'] },
  context: IChartContext
): Data {
  const { theme, trans } = context;
  const apart = outlinedIn(data, context);
  const own = drawn.filter((i) => !apart.has(i)).map((i) => data.trials[i]).filter((trial) => trial.state === state); // prettier-ignore
  return {
    ...marks(own, objective, context),
    name: trialState(state, trans),
    marker: {
      color: seriesColour(STATES.indexOf(state), theme.colours),
      symbol: SYMBOLS[state],
      size: 6,
      opacity: OPACITY
    }
  } as unknown as Data;
}

/** The best and the chosen one, over the others. */
function outlined({ data }: TrialPayload, { objective, drawn }: IShown, context: IChartContext): Data {
  const { theme } = context;
  const apart = outlinedIn(data, context);
  const best = new Set(data.best.map((i) => data.trials[i]));
  const own = drawn.filter((i) => apart.has(i)).map((i) => data.trials[i]);
  return {
    ...marks(own, objective, context),
    showlegend: false,
    marker: {
      color: own.map(({ state }) => seriesColour(STATES.indexOf(state), theme.colours)),
      symbol: own.map(({ state }) => SYMBOLS[state]),
      size: own.map((trial) => (best.has(trial) ? 11 : 9)),
      opacity: OPACITY,
      line: { color: theme.text, width: 1.5 }
    }
  } as unknown as Data;
}

/** Indices of the trials that are outlined. */
function outlinedIn({ trials, best }: TrialData, context: IChartContext): Set<number> {
  const marked = markedTrial(context);
  const chosen = marked === null ? -1 : trials.findIndex(({ number }) => number === marked);
  return new Set([...best, chosen]);
}

function marks(own: readonly Trial[], objective: number, { trans }: IChartContext): object {
  return {
    type: 'scatter',
    mode: 'markers',
    x: own.map(({ number }) => number),
    y: own.map(({ values }) => values[objective]),
    customdata: own.map(({ number }) => number),
    hoverinfo: 'text',
    text: own.map((trial) => plainText(words(trial, objective, trans)))
  };
}

function words({ number, values, parameters }: Trial, objective: number, trans: TranslationBundle): string {
  const tried = Object.entries(parameters).map(([label, value]) => `${label} ${chosenText(value, trans)}`);
  return [trans.__('trial %1: %2', number, brief(values[objective])), ...tried].join(' · ');
}

/** Value that was chosen, as a text; a dash where it was no choice of this trial. */
export function chosenText(value: TrialParameter | undefined, trans: TranslationBundle): string {
  if (typeof value === 'boolean') {
    return value ? trans.__('yes') : trans.__('no');
  }
  return typeof value === 'string' ? value : brief(value ?? null);
}

function summary({ data }: TrialPayload, named: string, objective: number, { trans }: IChartContext): string {
  const { study, trials, best, omitted = 0 } = data;
  const counts = STATES.flatMap((state) => {
    const count = trials.filter((trial) => trial.state === state).length;
    return count > 0 ? [`${count} ${trialState(state, trans)}`] : [];
  });
  const [first] = best.map((i) => trials[i]);
  const value = first === undefined ? '' : brief(first.values[objective]);
  const found =
    first === undefined
      ? trans.__('None is complete.')
      : data.objectives.length === 1
        ? trans.__('The best is trial %1 with %2 %3.', first.number, named, value)
        : trans._n('%1 trial is on the front.', '%1 trials are on the front.', best.length);
  return `${study}: ${counts.join(', ')}. ${found}${omittedSentence(omitted, trans)}`;
}

/** The best first, marked, then the newest. */
function table({ data }: TrialPayload, context: IChartContext): ITable {
  const { trans } = context;
  const rungs = data.trials.some(({ resource }) => resource !== undefined);
  const best = new Set(data.best);
  const order = [...data.best, ...data.trials.map((_, i) => i).filter((i) => !best.has(i)).reverse()]; // prettier-ignore
  const labels = [...new Set(data.trials.flatMap(({ parameters }) => Object.keys(parameters)))];
  const goals = data.objectives.map(objectiveName);
  const columns = [
    trans.__('trial'),
    trans.__('state'),
    ...goals,
    ...labels,
    ...(rungs ? [trans.__('spent')] : []),
    trans.__('seconds'),
    trans.__('made from')
  ];
  const pick = (row: number) => choosing(data.trials[order[row]].number, context);
  const rows = tableOf(columns, () =>
    order.map((i) => {
      const { number, state, values, parameters, duration, parent, resource = null } = data.trials[i];
      const tried = labels.map((label) => {
        const value = Object.hasOwn(parameters, label) ? parameters[label] : undefined;
        const text = chosenText(value, trans);
        return { text, value: typeof value === 'boolean' ? text : (value ?? null) };
      });
      return [
        cell(number, (n) => (best.has(i) ? `★ ${n}` : String(n))),
        ...[trialState(state, trans), ...values.map((value) => cell(value, brief)), ...tried],
        ...(rungs ? [cell(resource, brief)] : []),
        ...[cell(duration, brief), cell(parent, (n) => (n === null ? '–' : String(n)))]
      ];
    })
  );
  return Object.assign(rows, { pick });
}
