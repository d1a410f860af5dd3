/** @file A sample of tokens with the expert that each layer chose for them: a view model, drawn by the panel. */
import type { LayerRouting, Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import type { ReplayedSample } from './routingAt';
import type { IChartContext, IChoice } from '../figure';
import { cell, tableOf, type ITable } from '../../base/table';
import type { IStripChoices } from './stripChoices';
import { stripChoices } from './stripChoices';
import { brief, expertName, layerLabels, percent, visibleText } from '../text';

/** One layer's choices for the tokens. */
export interface IStripRow {
  /** Index of the layer. */
  layer: number;
  label: string;
  /** The expert shown for each token, -1 where there is none; [T]. */
  experts: number[];
  /** Its weight; [T], null where unknown. */
  weights: Numeric[];
  /** The expert at the earlier step; [T]. Null where nothing is compared. */
  before: number[] | null;
  /** Tokens whose expert is another one than at the earlier step. */
  changed: number;
}

export interface ITokenStrip {
  /** Text of each token as it is. */
  texts: readonly string[];
  /** Text with white space made visible. */
  visible: string[];
  rows: IStripRow[];
  overview: boolean;
  choices: IChoice[];
  /** All that is known of a cell, in words. */
  describe: (row: number, token: number) => string;
  summary: string;
  /** Its rows are made when they are read: there may be thousands. */
  table: ITable;
}

/** The strip of the layer in view, or of all layers. Null where the payload has no sample. */
export function tokenStrip(payload: RoutingPayload, context: IChartContext): ITokenStrip | null {
  const { layers } = payload.data;
  const tokens: ReplayedSample | null = payload.data.tokens;
  if (!tokens || tokens.text.length === 0 || !layers.at(context.layer)) {
    return null;
  }
  const chosen = stripChoices(tokens, layers, context);
  const labels = layerLabels(layers);
  const now = chosen.shown.map((l) => choicesOf(tokens.experts[l], layers[l].k));
  const rows = chosen.shown.map((l, r) => {
    const earlier = chosen.earlier && choicesOf(chosen.earlier.experts[l], layers[l].k);
    return stripRow(l, labels[l], { now: now[r], earlier, weights: tokens.weights[l], choice: chosen.choice });
  });
  const visible = tokens.text.map(visibleText);
  return {
    texts: tokens.text,
    visible,
    rows,
    overview: chosen.overview,
    choices: chosen.choices,
    describe: (row, token) => describe(payload, context, { chosen, row: rows[row], all: now[row], token }),
    summary: summary(payload, context, chosen, rows),
    table: table(tokens.text, visible, layers, rows, chosen, context)
  };
}

interface IRowSource {
  now: number[][];
  earlier: number[][] | null;
  weights: Numeric[][];
  choice: number;
}

function stripRow(layer: number, label: string, { now, earlier, weights, choice }: IRowSource): IStripRow {
  const experts = now.map((row) => row[choice] ?? -1);
  const before = earlier && earlier.map((row) => row[choice] ?? -1);
  return {
    layer,
    label,
    experts,
    weights: now.map((_, t) => weights[t]?.[choice] ?? null),
    before,
    changed: before ? experts.filter((expert, t) => expert !== before[t]).length : 0
  };
}

interface IDescribed {
  chosen: IStripChoices;
  row: IStripRow;
  /** All choices of the row's layer; [T][K]. */
  all: number[][];
  token: number;
}

function describe(payload: RoutingPayload, context: IChartContext, { chosen, row, all, token }: IDescribed): string {
  const { trans } = context;
  const { layers, domains, tokens } = payload.data;
  const name = namer(layers[row.layer], context);
  const weights = tokens!.weights[row.layer][token] ?? [];
  const words = (all[token] ?? [])
    .map((expert, k) => ({ expert, weight: weights[k] ?? null }))
    .filter(({ expert }) => expert >= 0)
    .map(({ expert, weight }) => (weight === null ? name(expert) : trans.__('%1 (%2)', name(expert), percent(weight))));
  const { earlier } = chosen;
  const before = row.before && row.before[token] !== row.experts[token] ? row.before[token] : undefined;
  return [
    trans.__('Token %1 “%2”', token + 1, visibleText(tokens!.text[token])),
    domains[tokens!.domain[token]],
    chosen.shown.length > 1 ? trans.__('layer %1', row.label) : '',
    tokens!.loss?.[token] == null ? '' : trans.__('loss of the next token %1', brief(tokens!.loss[token])),
    words.length > 0 ? words.join(', ') : trans.__('sent to no expert'),
    earlier && before !== undefined ? trans.__('at step %1 it was %2', earlier.step, name(before)) : ''
  ]
    .filter(Boolean)
    .join(' · ');
}

function namer(layer: LayerRouting, { trans }: IChartContext): (expert: number) => string {
  return (expert) => (expert < 0 ? trans.__('none') : expertName(layer.experts[expert] ?? String(expert), trans));
}

function summary(
  { data, source }: RoutingPayload,
  { trans }: IChartContext,
  { earlier }: IStripChoices,
  rows: readonly IStripRow[]
): string {
  const tokens = data.tokens as ReplayedSample;
  const count = tokens.text.length;
  const [{ layer, label, experts }] = rows;
  const used = new Set(experts.filter((expert) => expert >= 0)).size;
  const changed = rows.reduce((sum, row) => sum + row.changed, 0);
  return [
    rows.length === 1
      ? trans.__('%1 tokens in layer %2, sent to %3 of %4 experts.', count, label, used, data.layers[layer].numExperts)
      : trans.__('%1 tokens in %2 layers.', count, rows.length),
    earlier ? trans.__('%1 of %2 choices are others than at step %3.', changed, count * rows.length, earlier.step) : '',
    tokens.recordedAt === undefined || tokens.recordedAt === source.step
      ? ''
      : trans.__('The choices were recorded at step %1.', tokens.recordedAt),
    tokens.truncated ? trans.__('The sample was cut to fit.') : ''
  ]
    .filter(Boolean)
    .join(' ');
}

function table(
  texts: readonly string[],
  visible: readonly string[],
  layers: readonly LayerRouting[],
  rows: readonly IStripRow[],
  { earlier }: IStripChoices,
  context: IChartContext
): ITable {
  const { trans } = context;
  const names = rows.map((row) => namer(layers[row.layer], context));
  const single = rows.length === 1;
  const columns = rows.flatMap(({ label }) => {
    const expert = single ? trans.__('expert') : trans.__('layer %1', label);
    return earlier ? [expert, trans.__('at step %1', earlier.step)] : [expert];
  });
  const cells = (t: number): string[] =>
    rows.flatMap(({ experts, before }, r) =>
      before ? [names[r](experts[t]), names[r](before[t])] : [names[r](experts[t])]
    );
  return tableOf([trans.__('token'), trans.__('text'), ...columns, ...(single ? [trans.__('weight')] : [])], () =>
    visible.map((text, t) => [
      String(t + 1),
      { text, value: texts[t] },
      ...cells(t),
      ...(single ? [cell(rows[0].weights[t], percent)] : [])
    ])
  );
}
