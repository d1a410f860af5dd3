/** @file A sample of tokens with the expert that one layer chose for each: a view model, drawn as text by the panel. */
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, ITable } from './figure';
import { expertColour } from './colours';
import { expertName, layerLabels, percent, visibleText } from './text';

export interface IToken {
  /** Text with white space made visible. */
  text: string;
  /** Index of the expert; -1 where the token was sent to none. */
  expert: number;
  /** Weight of that choice, 0 to 1; null where unknown. */
  weight: number | null;
  background: string;
  colour: string;
  /** All choices in words. */
  description: string;
}

export interface ITokenStrip {
  tokens: IToken[];
  /** Number of choices to look at: K. */
  choices: number;
  summary: string;
  table: ITable;
}

/** The strip of the layer in view; `choice` 0 is each token's best expert. Null where the payload has no sample. */
export function tokenStrip(payload: RoutingPayload, context: IChartContext, choice = 0): ITokenStrip | null {
  const { tokens, layers, domains } = payload.data;
  const chosen = tokens?.experts[context.layer];
  const layer = layers.at(context.layer);
  if (!tokens || chosen === undefined || !layer) {
    return null;
  }
  const experts = choicesOf(chosen, layer.k);
  const { trans } = context;
  const weights = tokens.weights[context.layer];
  const label = layerLabels(layers)[context.layer];
  const name = (expert: number): string =>
    expert < 0 ? trans.__('none') : expertName(layer.experts[expert] ?? String(expert), trans);
  const strip = tokens.text.map((text, t): IToken => {
    const expert = experts[t]?.[choice] ?? -1;
    const weight = weights[t]?.[choice] ?? null;
    const words = (experts[t] ?? [])
      .map((e, k) => ({ e, weight: weights[t]?.[k] ?? null }))
      .filter(({ e }) => e >= 0)
      .map(({ e, weight }) => trans.__('%1 (%2)', name(e), percent(weight)));
    const domain = domains[tokens.domain[t]];
    const colour = expertColour(Math.max(0, expert));
    return {
      text: visibleText(text),
      expert,
      weight,
      background: expert < 0 ? 'transparent' : colour.background,
      colour: expert < 0 ? context.theme.text : colour.text,
      description: [
        trans.__('Token %1 “%2”', t + 1, visibleText(text)),
        domain,
        words.length > 0 ? words.join(', ') : trans.__('sent to no expert')
      ]
        .filter(Boolean)
        .join(' · ')
    };
  });
  const used = new Set(strip.map((token) => token.expert).filter((expert) => expert >= 0)).size;
  const cut = tokens.truncated ? ` ${trans.__('The sample was cut to fit.')}` : '';
  return {
    tokens: strip,
    choices: Math.max(1, ...experts.map((row) => row.length)),
    summary:
      trans.__('%1 tokens in layer %2, sent to %3 of %4 experts.', strip.length, label, used, layer.numExperts) + cut,
    table: {
      columns: [trans.__('token'), trans.__('text'), trans.__('expert'), trans.__('weight')],
      rows: strip.map((token, t) => [String(t + 1), token.text, name(token.expert), percent(token.weight)])
    }
  };
}
