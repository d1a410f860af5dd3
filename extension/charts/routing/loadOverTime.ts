/** @file Load of one layer's experts over the run: as a heatmap in units of the fair share, or as a stream. */
import type { LayerRouting, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import { choice } from '../choice';
import type { IChartContext, IChoice, IFigure } from '../figure';
import {
  barLength,
  barTitle,
  baseLayout,
  expertAxis,
  fixedMargin,
  loadColours,
  loadPositions,
  PLAIN_LABELS,
  timesFair
} from '../load';
import { streamAxis, streamBands, streamLabels, streamTraces } from './loadStream';
import { outlineRow } from '../mark';
import { stepAxis, stepRange } from '../stepAxis';
import { expertNames, layerLabels, percent, phraseOf, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Around a heatmap: above it stands the bar of colours. */
const MARGIN = { l: 46, r: 8, t: 42, b: 36 };

/** The layer in view at the steps kept. Null where there is none yet. */
export function loadOverTime(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { layers, history } = payload.data;
  const layer = layers.at(context.layer);
  const loads = history.load.at(context.layer);
  const steps = history.loadSteps;
  if (!layer || !loads || steps.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const form = formChoice(context);
  const { data, experts, ...layout } =
    form.selected === 'stream' ? stream(layer, loads, steps, context) : heatmap(layer, loads, steps, context);
  const label = layerLabels(layers)[context.layer];
  return {
    data,
    layer: label,
    layout: {
      ...baseLayout(theme, height(layer, form.selected === 'stream')),
      hovermode: 'closest',
      xaxis: stepsUnder(steps, context),
      ...layout
    },
    summary: trans.__(
      'Load of the experts of layer %1 from step %2 to step %3; the fair share is %4.',
      label,
      steps[0],
      steps[steps.length - 1],
      percent(1 / layer.numExperts)
    ),
    table: tableOf([trans.__('step'), ...expertNames(layer, trans)], () =>
      steps.map((step, s) => [String(step), ...loads[s].map((share) => cell(share, percent))])
    ),
    choices: [form],
    steps,
    pick: ({ trace, y }) => {
      const expert = experts.at(form.selected === 'stream' ? trace : Number(y)) ?? -1;
      return expert < 0 ? {} : { expert: expert === context.expert ? null : expert };
    }
  };
}

function stepsUnder(steps: readonly number[], context: IChartContext): Layout['xaxis'] {
  return { ...stepAxis(steps, context), automargin: true };
}

/** Of the figure with what stands around its plot, in pixels. */
function height({ numExperts }: LayerRouting, isStream: boolean): number {
  return (isStream ? 70 : MARGIN.t + MARGIN.b) + Math.min(240, Math.max(isStream ? 160 : 80, numExperts * 9));
}

/** How a form draws: its traces, axis and marks, and which expert a trace or a row is. */
interface IForm extends Partial<Pick<Layout, 'margin' | 'xaxis' | 'yaxis' | 'shapes' | 'annotations'>> {
  data: Data[];
  experts: number[];
}

function formChoice(context: IChartContext): IChoice {
  const { trans } = context;
  return choice(context, 'load-over-time.form', trans.__('Drawn as'), [
    { value: 'heatmap', text: trans.__('heatmap') },
    { value: 'stream', text: trans.__('stream') }
  ]);
}

function stream(layer: LayerRouting, loads: number[][], steps: number[], context: IChartContext): IForm {
  const bands = streamBands(layer, loads, context);
  const [, end] = stepRange(context.choices) ?? [0, Infinity];
  const at = Math.max(0, steps.filter((step) => step <= end).length - 1);
  return {
    data: streamTraces(bands, steps, context),
    yaxis: streamAxis(context),
    annotations: context.expert === null ? streamLabels(bands, steps, at, context) : [],
    experts: bands.map(({ expert }) => expert)
  };
}

/** Columns are the steps kept, rows experts; z is load over fair share, [E][S']. */
function heatmap(layer: LayerRouting, loads: number[][], steps: number[], context: IChartContext): IForm {
  const { theme, trans } = context;
  const names = expertNames(layer, trans);
  const experts = names.map((_, e) => e);
  const ratios = experts.map((e) => loads.map((row) => timesFair(row[e], layer.numExperts)));
  const said = phraseOf(4, ([step, name, share, ratio]) =>
    plainText(trans.__('step %1, %2: %3 of assignments, %4 × fair share', step, name, share, ratio))
  );
  const shown = names.map(plainText);
  const words = (e: number, s: number): string =>
    said([String(steps[s]), shown[e], percent(loads[s][e]), ratios[e][s].toFixed(2)]);
  const title = barTitle(
    [trans.__('load as a multiple of the fair share'), trans.__('times the fair share')],
    context,
    MARGIN
  );
  const trace = {
    type: 'heatmap',
    z: loadPositions(ratios),
    x: steps,
    y: experts,
    hoverinfo: 'text',
    text: ratios.map((row, e) => row.map((_, s) => words(e, s))),
    ...loadColours(theme, { fair: trans.__('fair'), title, length: barLength(context, MARGIN) })
  } as unknown as Data;
  const shapes = context.expert === null ? [] : [outlineRow(context.expert, theme)];
  // The last step is the middle of a column, so that its label has room.
  const xaxis = { ...stepsUnder(steps, context), ...PLAIN_LABELS };
  return { data: [trace], margin: fixedMargin(MARGIN), xaxis, yaxis: expertAxis(trans, names.length), shapes, experts };
}
