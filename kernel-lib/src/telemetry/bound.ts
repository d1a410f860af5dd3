import { choicesOf, packChoices } from '../protocol';
import type {
  LayerRouting,
  Numeric,
  Payload,
  RoutingHistory,
  RoutingPayload,
  TokenSample,
  TokenShare,
  TrainingPayload
} from '../protocol';
import { thin } from './binned';
import type { BinnedSeries } from './binned';
import { boundDepthUsage } from './bounds/depthUsage';
import { boundGraphRewiring } from './bounds/graphRewiring';
import { boundMasks } from './bounds/masks';
import { boundMergeTree } from './bounds/mergeTree';
import { boundPareto } from './bounds/pareto';
import { boundRouterConfidence } from './bounds/routerConfidence';
import { boundTimeline } from './bounds/timeline';
import { blendNumbers, blendVectors } from './blends';
import { planRouting, planTraining } from './plan';
import type { RoutingPlan } from './plan';
import { METRIC_DECIMALS, roundNumber, roundScalar, roundTo, shareDecimals } from './rounding';

/**
 * The payload rounded, and thinned where needed, so that its JSON is at most 64 kB: histories are averaged over
 * neighbouring steps, the sample of tokens is cut (and says so), co-activation, domains, importance, labels and at last
 * whole layers are left out; other kinds lose what they can best do without, and say how much. The payload that came is not changed.
 */
export function bound<P extends Payload>(payload: P): P;
export function bound(payload: Payload): Payload {
  switch (payload.kind) {
    case 'routing':
      return boundRouting(payload);
    case 'training':
      return boundTraining(payload);
    case 'depth-usage':
      return boundDepthUsage(payload);
    case 'router-confidence':
      return boundRouterConfidence(payload);
    case 'masks':
      return boundMasks(payload);
    case 'merge-tree':
      return boundMergeTree(payload);
    case 'pareto':
      return boundPareto(payload);
    case 'graph-rewiring':
      return boundGraphRewiring(payload);
    case 'timeline':
      return boundTimeline(payload);
  }
}

function boundTraining(payload: TrainingPayload): TrainingPayload {
  return { ...payload, data: boundScalars(payload.data, planTraining(payload)) };
}

function boundRouting(payload: RoutingPayload): RoutingPayload {
  const plan = planRouting(payload);
  const { layers, history, tokens, domains, tokenClasses, omittedLayers = 0 } = payload.data;
  const omitted = omittedLayers + layers.length - plan.layers.length;
  return {
    ...payload,
    data: {
      layers: plan.layers.map((i) => boundLayer(layers[i], plan)),
      ...(omitted > 0 ? { omittedLayers: omitted } : {}),
      history: boundHistory(history, layers, plan),
      tokens: tokens === null || plan.tokens === 0 ? null : boundTokens(tokens, layers, plan),
      domains,
      ...(tokenClasses && plan.classes ? { tokenClasses } : {})
    }
  };
}

function boundLayer(layer: LayerRouting, plan: RoutingPlan): LayerRouting {
  const decimals = shareDecimals(layer.numExperts);
  const shares = (values: number[]): number[] => values.map((x) => roundNumber(x, decimals));
  const metric = (value: Numeric): Numeric => roundTo(value, METRIC_DECIMALS);
  const pairs = plan.coActivation ? layer.coActivation : null;
  const { meanWeight, classLoad, topTokens, transitions, ...rest } = layer;
  return {
    ...rest,
    experts: plan.labels ? layer.experts : [],
    load: shares(layer.load),
    importance: plan.importance ? shares(layer.importance) : [],
    maxVio: metric(layer.maxVio),
    cv: metric(layer.cv),
    entropy: metric(layer.entropy),
    effectiveExperts: metric(layer.effectiveExperts),
    dropped: roundTo(layer.dropped, 4),
    deadFraction: roundTo(layer.deadFraction, 4),
    domainLoad: plan.domainLoad ? layer.domainLoad.map(shares) : [],
    coActivation: pairs && pairs.map((row) => row.map((x) => roundTo(x, decimals))),
    ...(plan.importance && meanWeight ? { meanWeight: meanWeight.map(metric) } : {}),
    ...(plan.classes && classLoad ? { classLoad: classLoad.map(shares) } : {}),
    ...(plan.topTokens && topTokens ? { topTokens: topTokens.map(roundTokens) } : {}),
    ...(plan.transitions && transitions ? { transitions: transitions.map(shares) } : {})
  };
}

function roundTokens(tokens: TokenShare[]): TokenShare[] {
  return tokens.map(({ text, share }) => ({ text, share: roundNumber(share, METRIC_DECIMALS) }));
}

function boundHistory(history: RoutingHistory, layers: readonly LayerRouting[], plan: RoutingPlan): RoutingHistory {
  const { steps, scalars } = boundScalars(history, plan.steps);
  const perLayer = (rows: Numeric[][]): Numeric[][] => {
    const kept = plan.layers.map((i): [string, Numeric[]] => [String(i), rows[i]]);
    const thinned = thinTo({ steps: history.steps, series: new Map(kept) }, plan.steps, blendNumbers);
    return Array.from(thinned.series.values(), (row) => row.map((x) => roundTo(x, METRIC_DECIMALS)));
  };
  const loads = plan.layers.map((i): [string, number[][]] => [String(i), history.load[i]]);
  const load = thinTo({ steps: history.loadSteps, series: new Map(loads) }, plan.loadSteps, blendVectors);
  return {
    steps,
    maxVio: perLayer(history.maxVio),
    cv: perLayer(history.cv),
    entropy: perLayer(history.entropy),
    dropped: perLayer(history.dropped),
    loadSteps: load.steps,
    load: plan.layers.map((i) => roundRows(load.series.get(String(i)) ?? [], layers[i].numExperts)),
    scalars
  };
}

function boundScalars(
  { steps, scalars }: { steps: number[]; scalars: Record<string, Numeric[]> },
  max: number
): { steps: number[]; scalars: Record<string, Numeric[]> } {
  const thinned = thinTo({ steps, series: new Map(Object.entries(scalars)) }, max, blendNumbers);
  const rounded = Array.from(thinned.series, ([name, values]): [string, Numeric[]] => [name, values.map(roundScalar)]);
  return { steps: thinned.steps, scalars: Object.fromEntries(rounded) };
}

function boundTokens(tokens: TokenSample, layers: readonly LayerRouting[], plan: RoutingPlan): TokenSample {
  const cut = <T>(values: T[]): T[] => values.slice(0, plan.tokens);
  const choices = (experts: TokenSample['experts']): TokenSample['experts'] =>
    plan.layers.map((i) => {
      const rows = cut(choicesOf(experts[i], layers[i].k));
      return plan.packed ? packChoices(rows) : rows;
    });
  const weights = plan.layers.map((i) => (plan.packed ? [] : cut(tokens.weights[i])));
  const earlier = tokens.earlier
    ?.slice(-plan.earlier)
    .map(({ step, experts }) => ({ step, experts: choices(experts) }));
  return {
    text: cut(tokens.text),
    domain: cut(tokens.domain),
    experts: choices(tokens.experts),
    weights: weights.map((rows) => rows.map((row) => row.map((x) => roundTo(x, METRIC_DECIMALS)))),
    ...(plan.earlier > 0 && earlier ? { earlier } : {}),
    truncated: tokens.truncated || plan.tokens < tokens.text.length
  };
}

/** As {@link thin}; no bins at all where `max` is 0. */
function thinTo<V>(series: BinnedSeries<V>, max: number, blend: (a: V, b: V, weight: number) => V): BinnedSeries<V> {
  if (max > 0) {
    return thin(series, max, blend);
  }
  return { steps: [], series: new Map(Array.from(series.series.keys(), (name) => [name, []])) };
}

function roundRows(rows: readonly (number[] | null)[], numExperts: number): number[][] {
  const decimals = shareDecimals(numExperts);
  return rows.map((row) => Array.from({ length: numExperts }, (_, e) => roundNumber(row?.[e] ?? 0, decimals)));
}
