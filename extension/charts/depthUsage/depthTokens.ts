/** @file What each layer executed for each token of a sample, with the tokens' difficulty below. */
import type { DepthSample, DepthUsagePayload } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import { amountColours, seriesColour } from '../amounts';
import { depthLayers } from './depthLayers';
import type { IChartContext, IChoice, IFigure } from '../figure';
import { layerAxis, layerMark, rowsHeight } from '../layers';
import { legendAbove, moreRows } from '../legend';
import { baseLayout } from '../load';
import { brief, plainText, visibleText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Tokens in view at once where the reader looks at a part. */
const PART = 32;
/** Heights in pixels. */
const DIFFICULTY = 54;
const GAP = 10;
const AXIS = 40;
const WORDS = 64;

/** Columns are tokens, rows layers; z is the index of the module, [L][T]. Null where the payload has no sample. */
export function depthTokens(payload: DepthUsagePayload, context: IChartContext): IFigure | null {
  const { layers, modules, tokens } = payload.data;
  if (tokens === null || tokens.text.length === 0 || layers.length === 0) {
    return null;
  }
  const { trans } = context;
  const labels = depthLayers(payload.data);
  const choice = partChoice(tokens.text.length, context);
  const [from, to] = partOf(choice?.selected ?? 'all', tokens.text.length);
  const view = { ...payload.data, tokens: slice(tokens, from, to), first: from };
  return {
    data: [...modulesTraces(modules, context), heatmap(view, labels, context), ...difficulty(view, context)],
    layout: layout(view, labels, context),
    summary: summary(payload, context),
    table: tableOf(
      [
        trans.__('token'),
        trans.__('text'),
        trans.__('domain'),
        ...labels.map((label) => trans.__('layer %1', label)),
        trans.__('difficulty (nats)')
      ],
      () =>
        tokens.text.map((text, t) => [
          String(t + 1),
          { text: visibleText(text), value: text },
          payload.data.domains[tokens.domain[t]] ?? '–',
          ...layers.map((_, i) => modules[tokens.executed[i][t]] ?? '–'),
          cell(tokens.difficulty[t] ?? null, brief)
        ])
    ),
    choices: choice ? [choice] : [],
    pick: ({ trace, y }) => (trace === modules.length ? { layer: Number(y) } : {})
  };
}

interface IPart {
  layers: string[];
  modules: string[];
  domains: string[];
  tokens: DepthSample;
  /** Index of the first token in view. */
  first: number;
}

/** All tokens, or parts of them with their words; nothing to choose where one part holds all. */
function partChoice(count: number, { trans, choices }: IChartContext): IChoice | null {
  if (count <= PART) {
    return null;
  }
  const starts = Array.from({ length: Math.ceil(count / PART) }, (_, i) => i * PART);
  const parts = starts.map((start) => ({
    value: String(start),
    text: `${start + 1}–${Math.min(count, start + PART)}`
  }));
  const options = [{ value: 'all', text: trans.__('all') }, ...parts];
  const wanted = choices['depth-tokens.part'];
  const selected = options.some(({ value }) => value === wanted) ? wanted : 'all';
  return { name: 'depth-tokens.part', label: trans.__('Tokens'), options, selected };
}

function partOf(selected: string, count: number): [from: number, to: number] {
  return selected === 'all' ? [0, count] : [Number(selected), Math.min(count, Number(selected) + PART)];
}

function slice(tokens: DepthSample, from: number, to: number): DepthSample {
  return {
    ...tokens,
    text: tokens.text.slice(from, to),
    domain: tokens.domain.slice(from, to),
    executed: tokens.executed.map((row) => row.slice(from, to)),
    difficulty: tokens.difficulty.slice(from, to)
  };
}

/** Names of the modules in their colours: a heatmap has no legend of its own. */
function modulesTraces(modules: readonly string[], { theme }: IChartContext): Data[] {
  const colours = amountColours(modules.length, theme.colours);
  return modules.map((name, m) => ({
    type: 'scatter',
    mode: 'markers',
    name: plainText(name),
    x: [null],
    y: [null],
    marker: { symbol: 'square', size: 10, color: colours[m] },
    hoverinfo: 'skip'
  }));
}

function heatmap({ tokens, modules, domains, first }: IPart, labels: string[], { theme, trans }: IChartContext): Data {
  const colours = amountColours(modules.length, theme.colours);
  const words = (layer: number, t: number): string =>
    [
      trans.__('token %1 “%2”, layer %3', first + t + 1, visibleText(tokens.text[t]), labels[layer]),
      modules[tokens.executed[layer][t]] ?? trans.__('unknown'),
      domains[tokens.domain[t]] ?? '',
      tokens.difficulty.length > 0 ? trans.__('difficulty %1 nats', brief(tokens.difficulty[t])) : ''
    ]
      .filter(Boolean)
      .join(' · ');
  return {
    type: 'heatmap',
    z: tokens.executed.map((row) => row.map((m) => (m < 0 ? null : m))),
    x: tokens.text.map((_, t) => first + t + 1),
    y: labels.map((_, i) => i),
    zmin: -0.5,
    zmax: modules.length - 0.5,
    colorscale: colours.flatMap((colour, m) => [
      [m / modules.length, colour],
      [(m + 1) / modules.length, colour]
    ]),
    showscale: false,
    xgap: tokens.text.length <= 2 * PART ? 1 : 0,
    ygap: 1,
    hoverinfo: 'text',
    text: tokens.executed.map((row, layer) => row.map((_, t) => plainText(words(layer, t))))
  } as unknown as Data;
}

function difficulty({ tokens, first }: IPart, { theme, trans }: IChartContext): Data[] {
  if (tokens.difficulty.length === 0) {
    return [];
  }
  const words = (value: number | null, t: number): string =>
    trans.__('token %1 “%2”: difficulty %3 nats', first + t + 1, visibleText(tokens.text[t]), brief(value));
  const bars = {
    type: 'bar',
    name: trans.__('difficulty'),
    x: tokens.text.map((_, t) => first + t + 1),
    y: tokens.difficulty,
    yaxis: 'y2',
    marker: { color: seriesColour(1, theme.colours) },
    hoverinfo: 'text',
    text: tokens.difficulty.map((value, t) => plainText(words(value, t))),
    textposition: 'none'
  };
  return [bars as unknown as Data];
}

function layout({ layers, modules, tokens, first }: IPart, labels: string[], context: IChartContext): Partial<Layout> {
  const { theme, trans } = context;
  const rows = rowsHeight(layers.length, 18, 280);
  const below = tokens.difficulty.length > 0 ? DIFFICULTY + GAP : 0;
  const worded = tokens.text.length <= PART;
  const names = [...modules, ...(below > 0 ? [trans.__('difficulty')] : [])];
  const margin = { l: 46, r: 8, t: 26, b: worded ? WORDS : AXIS };
  return {
    ...baseLayout(theme, rows + below + margin.t + margin.b + moreRows(names, context)),
    ...legendAbove(theme),
    margin,
    bargap: 0.15,
    shapes: layerMark(context, layers.length),
    xaxis: {
      title: { text: trans.__('token'), standoff: 4 },
      fixedrange: true,
      showgrid: false,
      zeroline: false,
      anchor: below > 0 ? 'y2' : 'y',
      range: [first + 0.5, first + tokens.text.length + 0.5],
      ...(worded
        ? {
            tickvals: tokens.text.map((_, t) => first + t + 1),
            ticktext: tokens.text.map((text) => plainText(visibleText(text).slice(0, 9))),
            tickangle: -90,
            tickfont: { size: 9 }
          }
        : { nticks: 9 })
    },
    yaxis: { ...layerAxis(labels, trans.__('layer')), domain: [below / (rows + below), 1] },
    yaxis2: {
      title: { text: trans.__('difficulty'), standoff: 2, font: { size: 10 } },
      domain: [0, below > 0 ? DIFFICULTY / (rows + below) : 0],
      visible: below > 0,
      fixedrange: true,
      gridcolor: theme.grid,
      zeroline: false,
      nticks: 3,
      tickfont: { size: 10, color: theme.mutedText }
    }
  };
}

function summary({ data }: DepthUsagePayload, { trans }: IChartContext): string {
  const { layers, modules, tokens } = data;
  const executed = (tokens as DepthSample).executed.flat();
  const counts = modules.map((name, m) => trans.__('%1 %2 times', name, executed.filter((x) => x === m).length));
  const values = (tokens as DepthSample).difficulty.map((value) => value ?? -Infinity);
  const hardest = values.indexOf(Math.max(...values));
  const sentence = trans.__(
    'What %1 layers executed for %2 tokens: %3.',
    layers.length,
    (tokens as DepthSample).text.length,
    counts.join(', ')
  );
  const hard =
    hardest < 0
      ? ''
      : ` ${trans.__('The hardest token is %1 “%2”.', hardest + 1, visibleText((tokens as DepthSample).text[hardest]))}`;
  return sentence + hard + ((tokens as DepthSample).truncated ? ` ${trans.__('The sample was cut to fit.')}` : '');
}
