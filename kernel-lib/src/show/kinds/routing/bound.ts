import { choicesOf, MAX_DETAILED_BYTES, packChoices } from '../../../protocol';
import type {
  ExpertContext,
  LayerRouting,
  Numeric,
  RoutingHistory,
  RoutingPayload,
  TokenSample,
  TokenShare
} from '../../../protocol';
import { blendNumbers, blendVectors } from '../../../study/telemetry/blends';
import { METRIC_DECIMALS, roundNumber, roundScalar, roundTo, shareDecimals } from '../../bounds/rounding';
import { boundScalars, thinTo } from '../../bounds/scalars';
import { boundContext } from './contexts';
import { boundInternals, boundInternalsHistory } from './internals';
import { planRouting } from './plan';
import type { RoutingPlan } from './plan';

/** Routing, by a plan of what fits. */
export function boundRouting(payload: RoutingPayload, plan = planRouting(payload)): RoutingPayload {
  const { layers, history, tokens, domains, tokenClasses, scoreBins, omittedLayers = 0 } = payload.data;
  const omitted = omittedLayers + layers.length - plan.layers.length;
  return {
    ...payload,
    data: {
      layers: plan.layers.map((i) => boundLayer(layers[i], i, plan)),
      ...(omitted > 0 ? { omittedLayers: omitted } : {}),
      history: boundHistory(history, layers, plan),
      tokens: tokens === null || plan.tokens === 0 ? null : boundTokens(tokens, layers, plan),
      domains,
      ...(tokenClasses && plan.classes ? { tokenClasses } : {}),
      ...(scoreBins && plan.internals ? { scoreBins } : {})
    }
  };
}

/**
 * As {@link bound}, for a panel that asks for more than an output holds: up to 2 MB, with the tables of the layer of this path
 * (co-activation, domains, token classes, top tokens, and the transitions of it and of the two after it) and of no other.
 */
export function boundDetails(payload: RoutingPayload, path: string): RoutingPayload {
  const { layers } = payload.data;
  const known = layers.findIndex((layer) => layer.path === path);
  // Of a path that is not there no layer has tables.
  const tabled = known < 0 ? layers.length : known;
  return boundRouting(payload, planRouting(payload, { maxBytes: MAX_DETAILED_BYTES, tabled }));
}

function boundLayer(layer: LayerRouting, index: number, plan: RoutingPlan): LayerRouting {
  const tabled = plan.tabled === null || plan.tabled === index;
  const decimals = shareDecimals(layer.numExperts);
  const shares = (values: number[]): number[] => values.map((x) => roundNumber(x, decimals));
  const metric = (value: Numeric): Numeric => roundTo(value, METRIC_DECIMALS);
  const pairs = tabled && plan.coActivation ? layer.coActivation : null;
  const { meanWeight, overflow, capacity, classLoad, topTokens, contexts, transitions, internals, ...rest } = layer;
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
    domainLoad: tabled && plan.domainLoad ? layer.domainLoad.map(shares) : [],
    coActivation: pairs && pairs.map((row) => row.map((x) => roundTo(x, decimals))),
    ...(plan.importance && meanWeight ? { meanWeight: meanWeight.map(metric) } : {}),
    ...(plan.importance && overflow ? { overflow: overflow.map(metric) } : {}),
    ...(capacity === undefined ? {} : { capacity: roundScalar(capacity) ?? 0 }),
    ...(tabled && plan.classes && classLoad ? { classLoad: classLoad.map(shares) } : {}),
    ...(tabled && plan.topTokens && topTokens ? { topTokens: topTokens.map(roundTokens) } : {}),
    ...(tabled && plan.contexts > 0 && contexts ? { contexts: boundContexts(contexts, plan.contexts) } : {}),
    ...(transitions && plan.transitions.includes(index) ? { transitions: transitions.map(shares) } : {}),
    ...(internals && plan.internals ? { internals: boundInternals(internals, plan.bias) } : {})
  };
}

function boundContexts(contexts: ExpertContext[][], most: number): ExpertContext[][] {
  return contexts.map((each) => each.slice(0, most).map(boundContext));
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
    scalars,
    ...(history.internals && plan.internalSteps > 0
      ? { internals: boundInternalsHistory(history.internals, plan.layers, plan.internalSteps) }
      : {})
  };
}

function boundTokens(tokens: TokenSample, layers: readonly LayerRouting[], plan: RoutingPlan): TokenSample {
  const cut = <T>(values: T[]): T[] => values.slice(0, plan.tokens);
  const choices = (experts: TokenSample['experts']): TokenSample['experts'] =>
    plan.layers.map((i) => {
      const rows = cut(choicesOf(experts[i], layers[i].k));
      return plan.packed ? packChoices(rows) : rows;
    });
  const losses = (values: Numeric[]): Numeric[] => cut(values).map((x) => roundTo(x, METRIC_DECIMALS));
  const weights = plan.layers.map((i) => (plan.packed ? [] : cut(tokens.weights[i])));
  const earlier = tokens.earlier
    ?.slice(-plan.earlier)
    .map(({ step, experts }) => ({ step, experts: choices(experts) }));
  return {
    text: cut(tokens.text),
    domain: cut(tokens.domain),
    experts: choices(tokens.experts),
    weights: weights.map((rows) => rows.map((row) => row.map((x) => roundTo(x, METRIC_DECIMALS)))),
    ...(tokens.loss ? { loss: losses(tokens.loss) } : {}),
    ...(tokens.ablation ? { ablation: { ...tokens.ablation, loss: losses(tokens.ablation.loss) } } : {}),
    ...(plan.earlier > 0 && earlier ? { earlier } : {}),
    truncated: tokens.truncated || plan.tokens < tokens.text.length
  };
}

function roundRows(rows: readonly (number[] | null)[], numExperts: number): number[][] {
  const decimals = shareDecimals(numExperts);
  return rows.map((row) => Array.from({ length: numExperts }, (_, e) => roundNumber(row?.[e] ?? 0, decimals)));
}
