/** @file The tokens that an expert took with the greatest weights, with the text around them: a view model, drawn by the panel. */
import type { ExpertContext, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { cell, tableOf, type ITable } from '../../base/table';
import { expertColour, type ITile } from '../../base/colours';
import type { IChartContext } from '../figure';
import { brief, expertNames, layerLabels, visibleText } from '../text';

/** A token in the text where it stood. */
export interface IPassage {
  before: string;
  token: string;
  after: string;
  /** Weight, domain and step, in words. */
  about: string;
}

export interface IPassages {
  passages: IPassage[];
  /** Colours of the expert. */
  tile: ITile;
  /** Label of the layer. */
  layer: string;
  /** Whose they are, or why there are none. */
  summary: string;
  table: ITable;
}

/** Contexts of the chosen expert of the layer in view; of the fullest where none is chosen. Null where there is no layer. */
export function expertContexts(payload: RoutingPayload, context: IChartContext): IPassages | null {
  const { layers, domains } = payload.data;
  const layer = layers.at(context.layer);
  if (!layer) {
    return null;
  }
  const { trans, theme } = context;
  const { contexts } = layer;
  const expert = context.expert ?? layer.load.indexOf(Math.max(...layer.load));
  const names = expertNames(layer, trans);
  const label = layerLabels(layers)[context.layer];
  const found = contexts?.[expert] ?? [];
  const whose =
    context.expert === null
      ? trans.__('%1, the fullest of layer %2', names[expert], label)
      : trans.__('%1 of layer %2', names[expert], label);
  const about = ({ weight, domain, step }: ExpertContext): string =>
    [trans.__('weight %1', brief(weight)), domains[domain], trans.__('step %1', step)].filter(Boolean).join(' · ');
  return {
    passages: found.map((each) => ({
      before: each.before,
      token: visibleText(each.token),
      after: each.after,
      about: about(each)
    })),
    tile: expertColour(expert, theme.colours),
    layer: label,
    summary:
      contexts === undefined
        ? trans.__('This snapshot has no contexts of experts: they need the text of tokens.')
        : found.length === 0
          ? trans.__('%1 took no token in the latest steps.', whose)
          : trans.__('The tokens that %1 took with the greatest weights in the latest steps.', whose),
    table: tableOf(
      [
        ...[trans.__('expert'), trans.__('before'), trans.__('token'), trans.__('after')],
        ...[trans.__('weight'), trans.__('domain'), trans.__('step')]
      ],
      () =>
        (contexts ?? []).flatMap((each, e) =>
          each.map(({ before, token, after, weight, domain, step }) => [
            names[e],
            before,
            { text: visibleText(token), value: token },
            after,
            cell(weight, brief),
            domains[domain] ?? '',
            cell(step, String)
          ])
        )
    )
  };
}
