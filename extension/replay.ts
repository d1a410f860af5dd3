/** @file A run as it was: the snapshot that a payload's own history gives for an earlier step. */
import type {
  LayerRouting,
  Payload,
  RoutingHistory,
  RoutingPayload,
  TokenSample,
  TrainingPayload
} from '@switchyard/kernel-lib/protocol';

/** A sample whose choices were recorded at a step before the one that is replayed. */
export type ReplayedSample = TokenSample & { recordedAt?: number };

/** Steps that can be replayed, ascending; the last is the payload's own. Empty where there is no history to replay. */
export function keptSteps(payload: Payload): readonly number[] {
  const steps = historySteps(payload).filter((step) => step < payload.source.step);
  return steps.length === 0 ? [] : [...steps, payload.source.step];
}

/**
 * The payload as it was at a kept step; where that step is not kept any more, at the last kept one before it.
 *
 * Loads, metrics, scalars and earlier choices are those that were recorded at that step or last before it. What the
 * history does not keep (importance, domains by expert, co-activation, weights of tokens) is left out.
 */
export function payloadAt(payload: Payload, step: number): Payload {
  const steps = keptSteps(payload);
  const at = Math.max(0, lastAt(steps, step));
  if (steps.length === 0 || steps[at] === payload.source.step) {
    return payload;
  }
  const source = { ...payload.source, step: steps[at], final: false, status: 'running' as const };
  if (payload.kind === 'routing') {
    return { ...payload, source, data: routingAt(payload.data, steps[at]) };
  }
  return { ...payload, source, data: trainingAt((payload as TrainingPayload).data, steps[at]) } as Payload;
}

function historySteps(payload: Payload): readonly number[] {
  switch (payload.kind) {
    case 'routing':
      return payload.data.history.loadSteps;
    case 'training':
      return payload.data.steps;
    default:
      return [];
  }
}

/** Index of the last of these ascending steps that is not after `step`; -1 where all are. */
function lastAt(steps: readonly number[], step: number): number {
  return steps.filter((each) => each <= step).length - 1;
}

function routingAt(data: RoutingPayload['data'], step: number): RoutingPayload['data'] {
  const history = historyAt(data.history, step);
  const { domains, omittedLayers } = data;
  return {
    layers: data.layers.map((layer, i) => layerAt(layer, i, history, step)),
    history,
    ...(omittedLayers === undefined ? {} : { omittedLayers }),
    tokens: data.tokens && sampleAt(data.tokens, step),
    domains
  };
}

function layerAt(layer: LayerRouting, index: number, history: RoutingHistory, step: number): LayerRouting {
  const { path, router, numExperts, k, experts } = layer;
  const at = history.steps.indexOf(step);
  return {
    path,
    router,
    numExperts,
    k,
    experts,
    load: history.load[index][history.loadSteps.length - 1],
    importance: [],
    maxVio: history.maxVio[index][at] ?? null,
    cv: history.cv[index][at] ?? null,
    entropy: history.entropy[index][at] ?? null,
    effectiveExperts: null,
    dropped: history.dropped[index][at] ?? null,
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
    scalars: scalarsAt(history.scalars, end)
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

function trainingAt(data: TrainingPayload['data'], step: number): TrainingPayload['data'] {
  const end = lastAt(data.steps, step) + 1;
  return { steps: data.steps.slice(0, end), scalars: scalarsAt(data.scalars, end) };
}

function scalarsAt<T>(scalars: Record<string, T[]>, end: number): Record<string, T[]> {
  return Object.fromEntries(Object.entries(scalars).map(([name, values]) => [name, values.slice(0, end)]));
}
