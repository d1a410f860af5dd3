/** @file The tokens that an expert was sent most. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { RoutingPayload, TokenShare } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { expertColour } from '../../base/colours';
import type { IChartContext, IFigure } from '../figure';
import { isNarrow } from '../fitting';
import { baseLayout, fixedMargin } from '../load';
import { expertNames, layerLabels, percent, plainText, visibleText } from '../text';
import { wordsInstead } from '../wordsInstead';

const ROW = 22;
const BOTTOM = 36;
const TOP = 22;
/** Characters of a token on the axis, and of one on a narrow figure's. */
const LETTERS = 16;
const FEW_LETTERS = 10;

/** Bars for the chosen expert of the layer in view; for the fullest where none is chosen. */
export function topTokens(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const layer = payload.data.layers.at(context.layer);
  if (!layer) {
    return null;
  }
  const { theme, trans } = context;
  const { topTokens } = layer;
  const letters = isNarrow(context) ? FEW_LETTERS : LETTERS;
  if (topTokens === undefined) {
    return wordsInstead(trans.__('This snapshot does not count tokens by expert.'));
  }
  const expert = context.expert ?? layer.load.indexOf(Math.max(...layer.load));
  const names = expertNames(layer, trans);
  const label = layerLabels(payload.data.layers)[context.layer];
  const tokens = topTokens[expert] ?? [];
  const whose =
    context.expert === null
      ? trans.__('%1, the fullest of layer %2', names[expert], label)
      : trans.__('%1 of layer %2', names[expert], label);
  const first = tokens.at(0);
  return {
    data: [bars(tokens, expert, context)],
    layer: label,
    layout: {
      ...baseLayout(theme, TOP + Math.max(2, tokens.length) * ROW + BOTTOM),
      margin: fixedMargin({ t: TOP, b: BOTTOM, l: 12 + 7.5 * letters, r: 12 }),
      title: { text: plainText(whose), font: { size: 12 }, x: 0, xanchor: 'left', y: 1, yanchor: 'top', pad: { t: 2 } },
      bargap: 0.25,
      xaxis: {
        title: { text: trans.__('share'), standoff: 4 },
        tickformat: '.0%',
        rangemode: 'tozero',
        nticks: isNarrow(context) ? 3 : 5,
        fixedrange: true,
        zeroline: false,
        gridcolor: theme.grid
      },
      yaxis: {
        fixedrange: true,
        range: [Math.max(2, tokens.length) - 0.5, -0.5],
        tickvals: tokens.map((_, i) => i),
        ticktext: tokens.map(({ text }) => plainText(tokenLabel(text, letters, trans)))
      }
    },
    summary: first
      ? trans.__(
          'The tokens that %1 was sent most: %2.',
          whose,
          tokens.map(({ text, share }) => `“${visibleText(text)}” ${percent(share)}`).join(', ')
        )
      : trans.__('%1 was sent no token.', whose),
    table: {
      columns: [trans.__('expert'), ...rank(topTokens).map((i) => trans.__('token %1', i + 1))],
      rows: names.map((name, e) => [
        name,
        ...rank(topTokens).map((i) => {
          const token = topTokens[e]?.[i];
          return token ? trans.__('%1 (%2)', visibleText(token.text), percent(token.share)) : '–';
        })
      ]),
      get saved() {
        return {
          columns: [
            trans.__('expert'),
            ...rank(topTokens).flatMap((i) => [trans.__('token %1', i + 1), trans.__('share of token %1', i + 1)])
          ],
          rows: names.map((name, e) => [
            name,
            ...rank(topTokens).flatMap((i) => [topTokens[e]?.[i]?.text ?? null, topTokens[e]?.[i]?.share ?? null])
          ])
        };
      }
    }
  };
}

function bars(tokens: readonly TokenShare[], expert: number, { theme }: IChartContext): Data {
  return {
    type: 'bar',
    orientation: 'h',
    x: tokens.map(({ share }) => share),
    y: tokens.map((_, i) => i),
    marker: { color: expertColour(expert, theme.colours).background, line: { color: theme.mutedText, width: 1 } },
    hoverinfo: 'text',
    hovertext: tokens.map(({ text, share }) => plainText(`“${visibleText(text)}” ${percent(share)}`)),
    textposition: 'none'
  } as unknown as Data;
}

/** Places from the first to as many as any expert has. */
function rank(topTokens: readonly (readonly TokenShare[])[]): number[] {
  return Array.from({ length: Math.max(0, ...topTokens.map((tokens) => tokens.length)) }, (_, i) => i);
}

/** In quotes: a dot or a colon alone is hardly a label. White space is named as well. */
function tokenLabel(text: string, letters: number, trans: TranslationBundle): string {
  const shown = `“${cut(visibleText(text), letters)}”`;
  const names = new Map([
    ['', trans.__('no text')],
    [' ', trans.__('space')],
    ['\t', trans.__('tab')],
    ['\n', trans.__('line break')]
  ]);
  const name = names.get(text);
  return name === undefined ? shown : `${name} ${shown}`;
}

/** The beginning of a token is what one reads first. */
function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}
