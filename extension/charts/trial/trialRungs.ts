/** @file The rungs of successive halving: who was promoted, who waits, who was stopped, and the way of each from rung to rung. */
import type { Trial, TrialFate, TrialPayload } from '@switchyard/kernel-lib/protocol';
import { trialFates, trialLine } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Data } from 'plotly.js';
import { cell, tableOf } from '../../base/table';
import { seriesColour } from '../amounts';
import { drawnWords } from '../drawnPart';
import type { IChartContext, IFigure } from '../figure';
import { fitting } from '../fitting';
import { legendAbove, moreRows } from '../legend';
import { baseLayout } from '../load';
import { brief, plainText } from '../text';
import { choosing, markedTrial } from './chosenTrial';
import { drawnSentence, drawnTrials } from './drawnTrials';
import { trialState } from './trialValues';

const HEIGHT = 280;
const MARGIN = { l: 54, r: 12, t: 30, b: 40 };
/** Marks that are drawn at most. */
const MOST = 512;
/** Those that were promoted lie on top. */
const FATES: readonly TrialFate[] = ['complete', 'paused', 'stopped', 'failed', 'running', 'promoted'];
const SYMBOLS: Partial<Record<TrialFate, string>> = {
  promoted: 'triangle-right',
  complete: 'circle',
  paused: 'diamond-open',
  stopped: 'x'
};

interface IPlaced {
  trial: Trial;
  fate: TrialFate;
  rung: number;
}

/** Null where trials are on fewer than two rungs. */
export function trialRungs({ data, source }: TrialPayload, context: IChartContext): IFigure | null {
  const { theme, trans } = context;
  const fates = trialFates(data, source.status !== 'running');
  const resources = [...new Set(data.trials.flatMap(({ resource }) => resource ?? []))].sort((a, b) => a - b);
  if (resources.length < 2) {
    return null;
  }
  const placed = data.trials.flatMap((trial, i): IPlaced[] =>
    trial.resource === undefined ? [] : [{ trial, fate: fates[i], rung: resources.indexOf(trial.resource) }]
  );
  const shown = FATES.filter((fate) => placed.some((each) => each.fate === fate && each.trial.values[0] !== null));
  const names = shown.map((fate) => fateName(fate, trans));
  const [{ name }] = data.objectives;
  const valued = data.trials.flatMap(({ resource, values }, i) => (resource === undefined || values[0] === null ? [] : [i])); // prettier-ignore
  const kept = drawnTrials(data, valued, MOST, context);
  const onPicture = new Set(kept.map((i) => data.trials[i]));
  const drawn = placed.filter(({ trial }) => onPicture.has(trial));
  return {
    data: [...ways(drawn, context), ...shown.map((fate) => marks(drawn, fate, context))],
    layout: {
      ...baseLayout(theme, HEIGHT + moreRows(names, context)),
      ...legendAbove(theme),
      margin: MARGIN,
      hovermode: 'closest',
      xaxis: {
        title: { text: trans.__('rung: spent on a trial'), standoff: 4 },
        tickvals: resources.map((_, rung) => rung),
        ticktext: resources.map(brief),
        range: [-0.4, resources.length - 0.6],
        fixedrange: true,
        showgrid: false,
        zeroline: false
      },
      yaxis: {
        title: { text: plainText(fitting([name], 210, 12)) },
        gridcolor: theme.grid,
        zeroline: false,
        nticks: 7
      },
      annotations: drawnWords(kept.length, valued.length, context)
    },
    summary:
      resources.map((_, rung) => sentence(placed, rung, resources, trans)).join(' ') +
      drawnSentence(kept.length, valued.length, trans),
    table: table(placed, resources, context),
    pick: ({ data: number }) => (typeof number === 'number' ? choosing(number, context) : {})
  };
}

/** A word for how a trial stands on its rung. */
export function fateName(fate: TrialFate, trans: TranslationBundle): string {
  switch (fate) {
    case 'promoted':
      return trans.__('promoted');
    case 'paused':
      return trans.__('paused');
    case 'stopped':
      return trans.__('stopped');
    default:
      return trialState(fate, trans);
  }
}

/** Lines from trials to those that went on from them; the chosen one's stands out. */
function ways(placed: readonly IPlaced[], context: IChartContext): Data[] {
  const { theme } = context;
  const marked = markedTrial(context);
  const trials = placed.map(({ trial }) => trial);
  const chosen = new Set(marked === null ? [] : trialLine({ trials }, marked).map(({ number }) => number));
  const byNumber = new Map(placed.map((each) => [each.trial.number, each]));
  const steps = placed.flatMap((each) => {
    const from = each.trial.parent === null ? undefined : byNumber.get(each.trial.parent);
    return from !== undefined && from.rung < each.rung ? [[from, each] as const] : [];
  });
  return [false, true].map((own) => {
    const drawn = steps.filter(([, to]) => chosen.has(to.trial.number) === own);
    return {
      type: 'scatter',
      mode: 'lines',
      showlegend: false,
      x: drawn.flatMap(([from, to]) => [from.rung, to.rung, null]),
      y: drawn.flatMap(([from, to]) => [from.trial.values[0], to.trial.values[0], null]),
      line: { color: own ? theme.text : theme.mutedText, width: own ? 2.5 : 0.8 },
      hoverinfo: 'skip'
    };
  });
}

function marks(placed: readonly IPlaced[], fate: TrialFate, context: IChartContext): Data {
  const { theme, trans } = context;
  const own = placed.filter((each) => each.fate === fate && each.trial.values[0] !== null);
  const marked = markedTrial(context);
  return {
    type: 'scatter',
    mode: 'markers',
    name: fateName(fate, trans),
    x: own.map(({ rung }) => rung),
    y: own.map(({ trial }) => trial.values[0]),
    customdata: own.map(({ trial }) => trial.number),
    marker: {
      color: seriesColour(FATES.indexOf(fate), theme.colours),
      symbol: SYMBOLS[fate] ?? 'cross',
      size: own.map(({ trial }) => (trial.number === marked ? 12 : 7)),
      line: { color: theme.text, width: own.map(({ trial }) => (trial.number === marked ? 1.5 : 0)) }
    },
    hoverinfo: 'text',
    text: own.map(({ trial }) => {
      const value = trans.__('trial %1: %2', trial.number, brief(trial.values[0]));
      return plainText(`${value} · ${fateName(fate, trans)}`);
    })
  } as unknown as Data;
}

function sentence(
  placed: readonly IPlaced[],
  rung: number,
  resources: readonly number[],
  trans: TranslationBundle
): string {
  const counts = countsOf(placed, rung).map(([fate, count]) => `${count} ${fateName(fate, trans)}`);
  return trans.__('At %1: %2.', brief(resources[rung]), counts.join(', '));
}

function countsOf(placed: readonly IPlaced[], rung: number): [TrialFate, number][] {
  return FATES.flatMap((fate): [TrialFate, number][] => {
    const count = placed.filter((each) => each.rung === rung && each.fate === fate).length;
    return count > 0 ? [[fate, count]] : [];
  });
}

function table(placed: readonly IPlaced[], resources: readonly number[], { trans }: IChartContext): IFigure['table'] {
  const columns = [trans.__('rung'), trans.__('trials'), ...FATES.map((fate) => fateName(fate, trans))];
  return tableOf(columns, () =>
    resources.map((resource, rung) => {
      const counts = new Map(countsOf(placed, rung));
      const all = [...counts.values()].reduce((a, b) => a + b, 0);
      return [cell(resource, brief), String(all), ...FATES.map((fate) => String(counts.get(fate) ?? 0))];
    })
  );
}
