/** @file The loss of each token of the sample, in the colour of the expert that took it, and what it is without an expert. */
import type { LayerRouting, Numeric, RoutingPayload, TokenSample } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { expertColour } from '../../base/colours';
import type { ITable } from '../../base/table';
import { cell, tableOf } from '../../base/table';
import type { IChartContext, IFigure } from '../figure';
import { figureWidth, fitting, isNarrow } from '../fitting';
import { baseLayout, fixedMargin } from '../load';
import { brief, expertNames, layerLabels, plainText, visibleText } from '../text';
import { wordsInstead } from '../wordsInstead';

const MARGIN = { l: 50, r: 8, t: 8, b: 40 };
const HEIGHT = 130;
/** Above the plot, where a sentence stands there; pixels. */
const TITLED = 24;
/** More tokens than this have no words on the axis, and bars no outline. */
const FEW = 24;

/** Bars, one a token. Null where there is no sample, or its losses are not known. */
export function tokenLoss(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { layers, tokens } = payload.data;
  const layer = layers.at(context.layer);
  if (!tokens || !layer || tokens.text.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const { loss, ablation } = tokens;
  if (loss === undefined) {
    return wordsInstead(trans.__('This snapshot does not tell the loss of each token.'));
  }
  const label = layerLabels(layers)[context.layer];
  const names = expertNames(layer, trans);
  const experts = choicesOf(tokens.experts[context.layer], layer.k).map(([first]) => first ?? -1);
  const name = (token: number): string => (experts[token] < 0 ? trans.__('none') : names[experts[token]]);
  const words = (token: number): string =>
    [
      trans.__('token %1 “%2”: %3', token + 1, visibleText(tokens.text[token]), name(token)),
      trans.__('loss %1', brief(loss[token])),
      ablation ? `${ablationWords(payload, context)} ${brief(ablation.loss[token])}` : ''
    ]
      .filter(Boolean)
      .join(' · ');
  const change = ablation ? changeWords(payload, context) : '';
  const top = change === '' ? MARGIN.t : TITLED;
  const few = tokens.text.length <= FEW && !isNarrow(context);
  return {
    data: [bars(loss, experts, words, context), ...(ablation ? [marks(ablation.loss, words, context)] : [])],
    layer: label,
    layout: {
      ...baseLayout(theme, top + HEIGHT + MARGIN.b + (few ? 16 : 0)),
      margin: fixedMargin({ ...MARGIN, t: top, b: MARGIN.b + (few ? 16 : 0) }),
      title: {
        text: plainText(change),
        font: { size: 11 },
        x: 0,
        xanchor: 'left',
        y: 1,
        yanchor: 'top',
        pad: { t: 2 }
      },
      bargap: few ? 0.2 : 0,
      xaxis: {
        title: { text: trans.__('token'), standoff: 4 },
        fixedrange: true,
        showgrid: false,
        zeroline: false,
        range: [-0.6, loss.length - 0.4],
        ...(few
          ? {
              tickvals: loss.map((_, t) => t),
              ticktext: tokens.text.map((text) => plainText(visibleText(text).slice(0, 8))),
              tickangle: -45
            }
          : { nticks: 6, tickformat: 'd' })
      },
      yaxis: {
        title: { text: trans.__('loss, nats'), standoff: 4 },
        fixedrange: true,
        rangemode: 'tozero',
        nticks: 4,
        gridcolor: theme.grid,
        zeroline: false
      }
    },
    summary: summary(payload, { layer, experts, names }, context),
    table: tableOfLosses(payload, name, context),
    pick: ({ x }) => {
      const expert = experts[Number(x)] ?? -1;
      return expert < 0 ? {} : { expert: expert === context.expert ? null : expert };
    }
  };
}

/** A row for each token; `name` is that of its expert. */
function tableOfLosses(payload: RoutingPayload, name: (token: number) => string, context: IChartContext): ITable {
  const { trans } = context;
  const { text, loss = [], ablation } = payload.data.tokens as TokenSample;
  return tableOf(
    [
      ...[trans.__('token'), trans.__('text'), trans.__('expert'), trans.__('loss')],
      ...(ablation ? [ablationWords(payload, context)] : [])
    ],
    () =>
      loss.map((value, t) => [
        ...[String(t + 1), { text: visibleText(text[t]), value: text[t] }, name(t), cell(value, brief)],
        ...(ablation ? [cell(ablation.loss[t], brief)] : [])
      ])
  );
}

/** The ablation in words: "without expert 3 of layer 1". */
export function ablationWords({ data }: RoutingPayload, { trans }: IChartContext): string {
  const { ablation } = data.tokens as TokenSample;
  if (!ablation) {
    return '';
  }
  const { layer, expert, mode } = ablation;
  const at = data.layers.findIndex(({ path }) => path === layer);
  const known = data.layers.at(at);
  const name = at < 0 || !known ? trans.__('expert %1', expert) : (expertNames(known, trans)[expert] ?? String(expert));
  const where = at < 0 ? layer : layerLabels(data.layers)[at];
  return mode === 'without'
    ? trans.__('without %1 of layer %2', name, where)
    : trans.__('with only %1 of layer %2', name, where);
}

function bars(
  loss: readonly Numeric[],
  experts: readonly number[],
  words: (token: number) => string,
  { theme, expert }: IChartContext
): Data {
  return {
    type: 'bar',
    x: loss.map((_, t) => t),
    y: loss,
    marker: {
      color: experts.map((e) => (e < 0 ? theme.grid : expertColour(e, theme.colours).background)),
      opacity: experts.map((e) => (expert === null || e === expert ? 1 : 0.3)),
      line: { color: theme.mutedText, width: loss.length <= FEW ? 1 : 0 }
    },
    hoverinfo: 'text',
    hovertext: loss.map((_, t) => plainText(words(t))),
    textposition: 'none'
  } as unknown as Data;
}

/** Losses under the ablation, over the bars. */
function marks(loss: readonly Numeric[], words: (token: number) => string, { theme }: IChartContext): Data {
  return {
    type: 'scatter',
    mode: 'markers',
    x: loss.map((_, t) => t),
    y: loss,
    marker: { symbol: 'diamond', size: 7, color: theme.background, line: { color: theme.text, width: 1.5 } },
    hoverinfo: 'text',
    text: loss.map((_, t) => plainText(words(t)))
  } as Data;
}

interface IRouted {
  layer: LayerRouting;
  experts: readonly number[];
  names: readonly string[];
}

function summary(payload: RoutingPayload, { experts, names }: IRouted, context: IChartContext): string {
  const { trans, expert } = context;
  const { loss = [], ablation } = payload.data.tokens as TokenSample;
  const sentences = [trans.__('Loss of the next token: %1 nats on average.', brief(mean(loss)))];
  if (expert !== null && expert < names.length) {
    const own = loss.filter((_, t) => experts[t] === expert);
    sentences.push(
      own.length === 0
        ? trans.__('No token of the sample went to %1 first.', names[expert])
        : trans.__('%1 of the %2 that went to %3 first.', brief(mean(own)), own.length, names[expert])
    );
  }
  return [...sentences, ablation ? changeWords(payload, context) : ''].filter(Boolean).join(' ');
}

/** Words for the change of the mean loss under the ablation. */
function changeWords(payload: RoutingPayload, context: IChartContext): string {
  const { loss = [], ablation } = payload.data.tokens as TokenSample;
  const [now, then] = [mean(loss), mean(ablation?.loss ?? [])];
  const change = now === null || then === null ? null : then - now;
  const signed = change === null || change < 0 ? brief(change) : `+${brief(change)}`;
  const { trans } = context;
  const forms = [
    trans.__('◇ %1: %2 on average, %3', ablationWords(payload, context), brief(then), signed),
    trans.__('◇ %1: %2', ablationWords(payload, context), signed),
    ablation?.mode === 'only' ? trans.__('◇ with only it: %1', signed) : trans.__('◇ without it: %1', signed)
  ];
  return fitting(forms, figureWidth(context));
}

function mean(values: readonly Numeric[]): Numeric {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
