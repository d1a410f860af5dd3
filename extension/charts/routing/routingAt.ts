/** @file Routing as it was at an earlier step, out of a payload's own history. */
import type {
  InternalsHistory,
  LayerRouting,
  Numeric,
  RoutingData,
  RoutingHistory,
  TokenSample
} from '@switchyard/kernel-lib/protocol';
import { lastAt, scalarsAt } from '../history';

/** A sample whose choices were recorded at a step before the one that is replayed. */
export type ReplayedSample = TokenSample & { recordedAt?: number };

/**
 * The data as they were at a kept step. Loads, metrics, scalars and earlier choices are those that were recorded at that
 * step or last before it. What the history does not keep (importance, domains by expert, co-activation, weights of
 * tokens) is left out.
 */
export function routingAt(data: RoutingData, step: number): RoutingData {
  const history = historyAt(data.history, step);
  const { domains, omittedLayers } = data;
  return {
    layers: data.layers.map((layer, i) => layerAt(layer, i, history)),
    history,
    ...(omittedLayers === undefined ? {} : { omittedLayers }),
    tokens: data.tokens && sampleAt(data.tokens, step),
    domains
  };
}

function layerAt(layer: LayerRouting, index: number, history: RoutingHistory): LayerRouting {
  const { path, router, numExperts, k, experts } = layer;
  // Loads and metrics may be kept at other steps: a metric is that of the step, or of the last one before it that has one.
  const last = (values: readonly Numeric[]): Numeric => values.filter((value) => value !== null).at(-1) ?? null;
  return {
    path,
    router,
    numExperts,
    k,
    experts,
    load: history.load[index][history.loadSteps.length - 1],
    importance: [],
    maxVio: last(history.maxVio[index]),
    cv: last(history.cv[index]),
    entropy: last(history.entropy[index]),
    effectiveExperts: null,
    dropped: last(history.dropped[index]),
    deadFraction: null,
    domainLoad: [],
    coActivation: null
  };
}

function historyAt(history: RoutingHistory, step: number): RoutingHistory {
  const end = lastAt(history.steps, step) + 1;
  const loadEnd = lastAt(history.loadSteps, step) + 1;
  const cut = <T>(rows: T[][]): T[][] => rows.map((row) => row.slice(0, end));
  return {
    steps: history.steps.slice(0, end),
    maxVio: cut(history.maxVio),
    cv: cut(history.cv),
    entropy: cut(history.entropy),
    dropped: cut(history.dropped),
    loadSteps: history.loadSteps.slice(0, loadEnd),
    load: history.load.map((rows) => rows.slice(0, loadEnd)),
    scalars: scalarsAt(history.scalars, end),
    ...(history.internals ? { internals: internalsAt(history.internals, step) } : {})
  };
}

function internalsAt({ steps, ...series }: InternalsHistory, step: number): InternalsHistory {
  const end = lastAt(steps, step) + 1;
  const { zLoss, margin, biasSize, biasFlips } = series;
  const cut = (rows: Numeric[][]): Numeric[][] => rows.map((row) => row.slice(0, end));
  return {
    steps: steps.slice(0, end),
    ...{ zLoss: cut(zLoss), margin: cut(margin), biasSize: cut(biasSize), biasFlips: cut(biasFlips) }
  };
}

/** The choices recorded last, up to that step; null where none were. */
function sampleAt(tokens: TokenSample, step: number): ReplayedSample | null {
  const recorded = (tokens.earlier ?? []).filter((earlier) => earlier.step <= step);
  const last = recorded.at(-1);
  if (!last) {
    return null;
  }
  const { text, domain, truncated } = tokens;
  const weights = last.experts.map(() => []);
  return {
    text,
    domain,
    experts: last.experts,
    weights,
    earlier: recorded.slice(0, -1),
    truncated,
    recordedAt: last.step
  };
}
