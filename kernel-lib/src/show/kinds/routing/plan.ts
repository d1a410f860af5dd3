import {
  jsonBytes,
  MAX_CONTEXTS,
  MAX_HISTORY_STEPS,
  MAX_LOAD_STEPS,
  MAX_PACKED_EXPERTS,
  MAX_PAYLOAD_BYTES,
  MAX_TOKENS,
  packedLength
} from '../../../protocol';
import type { LayerRouting, Numeric, RoutingPayload } from '../../../protocol';
import { evenly } from '../../bounds/evenly';
import { MARGIN, namesBytes, SCALAR_BYTES as SCORE_BYTES, scalarBytes, STEP_BYTES } from '../../bounds/scalarBytes';
import { Budget } from './budget';
import { contextBytes as bytesOf } from './contexts';
import { METRIC_DECIMALS, roundTo, shareDecimals } from '../../bounds/rounding';

/** A metric in 0..1 or a weight, and a comma. */
const METRIC_BYTES = METRIC_DECIMALS + 4;
/** Fewer points than this do not make a line. */
const MIN_LOAD_STEPS = 4;

/** Parts of a routing payload that fit. */
export interface RoutingPlan {
  /** Indices of the layers kept. */
  layers: number[];
  /** The one layer whose tables are kept (co-activation, domains, token classes, top tokens); null: all layers'. */
  tabled: number | null;
  labels: boolean;
  importance: boolean;
  domainLoad: boolean;
  coActivation: boolean;
  /** Token classes and their loads. */
  classes: boolean;
  topTokens: boolean;
  /** Contexts of each expert. */
  contexts: number;
  /** Indices of the layers whose transitions are kept. */
  transitions: readonly number[];
  /** Distributions of the routers' scores, and the selection bias of each expert. */
  internals: boolean;
  bias: boolean;
  tokens: number;
  /** Choices go as bytes, and weights are left out: more tokens fit. */
  packed: boolean;
  /** Earlier choices kept, the newest. */
  earlier: number;
  loadSteps: number;
  /** Steps kept of the routers' scores. */
  internalSteps: number;
  steps: number;
}

interface PlanOptions {
  /** Default 64 kB. */
  maxBytes?: number;
  /** Index of the one layer whose tables are wanted. Default null: all of them. */
  tabled?: number | null;
}

/**
 * Shares the bytes out, from what a panel needs most to what it can thin best: load, labels, importance, tokens, co-activation, domains, token classes, top tokens, transitions, earlier choices, contexts,
 * scores of the routers, the history of load and of scores, and with what is left the history of scalars. Counted with the longest form of each number, so that the result always fits.
 */
export function planRouting(
  payload: RoutingPayload,
  { maxBytes = MAX_PAYLOAD_BYTES, tabled = null }: PlanOptions = {}
): RoutingPlan {
  const { data } = payload;
  const { scalars } = data.history;
  const bare = { ...data, tokenClasses: undefined, scoreBins: undefined, layers: [], history: {}, tokens: null };
  const rest = jsonBytes({ ...payload, data: bare }) + MARGIN + namesBytes(scalars);
  // The same layers whatever the room: a reader's layer keeps its place.
  const layers = layersThatFit(data.layers, MAX_PAYLOAD_BYTES - rest);
  const kept = layers.map((i) => data.layers[i]);
  const tables = tabled === null ? kept : data.layers.slice(tabled, tabled + 1);
  const budget = new Budget(maxBytes - rest - sum(kept, requiredBytes));
  const loadBytes = STEP_BYTES + sum(kept, ({ numExperts: E }) => sharesBytes(E, E));
  const stepBytes = STEP_BYTES + Object.keys(scalars).length * scalarBytes(scalars) + sum(kept, metricsBytes);
  const labels = budget.take(sum(kept, labelsBytes), 1 / 8);
  const importance = budget.take(sum(kept, importanceBytes), 1 / 4);
  const sample = planTokens(payload, kept, budget);
  return {
    layers,
    tabled,
    labels,
    importance,
    ...sample,
    coActivation: budget.take(sum(tables, coActivationBytes), 1 / 4),
    domainLoad: budget.take(sum(tables, domainLoadBytes), 1 / 3),
    classes: budget.take(jsonBytes(data.tokenClasses ?? []) + KEY_BYTES + sum(tables, classBytes), 1 / 4),
    topTokens: budget.take(sum(tables, topTokensBytes), 1 / 4),
    transitions: planTransitions(data.layers, kept, tabled, budget),
    earlier: planEarlier(payload, kept, sample, budget),
    contexts: budget.takeMany(sum(tables, contextBytes), 1 / 4, { max: MAX_CONTEXTS }),
    internals: budget.take(jsonBytes(data.scoreBins ?? []) + KEY_BYTES + sum(kept, internalsBytes), 1 / 10),
    bias: budget.take(sum(kept, biasBytes), 1 / 8),
    loadSteps: budget.takeMany(loadBytes, 1 / 3, { max: MAX_LOAD_STEPS, min: MIN_LOAD_STEPS }),
    internalSteps: budget.takeMany(STEP_BYTES + 4 * kept.length * SCORE_BYTES, 1 / 12, {
      max: MAX_LOAD_STEPS,
      min: MIN_LOAD_STEPS
    }),
    steps: budget.takeMany(stepBytes, 1, { max: MAX_HISTORY_STEPS })
  };
}

/** Layers whose transitions are sent with one that is wanted. */
const MAX_FLOWS = 3;

/** A reader who asks for more tokens than this wants them more than the history. */
const MANY_TOKENS = 512;

/** Fewer tokens than this are not worth the history that they would cost. */
const MIN_PACKED = 16;

/** Rows with their weights where all tokens fit, else packed, which holds more. */
function planTokens({ data }: RoutingPayload, kept: readonly LayerRouting[], budget: Budget): TokenPlan {
  const losses = [data.tokens?.loss, data.tokens?.ablation?.loss].filter((each) => each !== undefined);
  const text = Math.max(0, ...(data.tokens?.text ?? []).map((token) => jsonBytes(token))) + sum(losses, lossBytes);
  const max = Math.min(MAX_TOKENS, data.tokens?.text.length ?? 0);
  const rows = budget.takeMany(tokenBytes(text, kept), 1 / 4, { max });
  if (rows === max || kept.some(({ numExperts }) => numExperts > MAX_PACKED_EXPERTS)) {
    return { tokens: rows, packed: false };
  }
  budget.give(rows * tokenBytes(text, kept));
  const part = max > MANY_TOKENS ? 1 / 2 : 1 / 4;
  const tokens = budget.takeMany(packedTokenBytes(text, kept), part, { max, min: Math.min(max, MIN_PACKED) });
  return { tokens, packed: true };
}

type TokenPlan = Pick<RoutingPlan, 'tokens' | 'packed'>;

/** All of them or none; where one layer is wanted those that lead on from it, as far as a panel shows at first. */
function planTransitions(
  layers: readonly LayerRouting[],
  kept: readonly LayerRouting[],
  tabled: number | null,
  budget: Budget
): number[] {
  const all = layers.map((_, i) => i);
  const wanted = tabled === null ? all : all.slice(tabled, tabled + MAX_FLOWS);
  const fits =
    kept.length === layers.length &&
    budget.take(
      sum(wanted, (i) => transitionsBytes(layers[i])),
      tabled === null ? 1 / 4 : 1 / 2
    );
  return fits ? wanted : [];
}

/** Earlier choices that fit beside what needs room more. */
function planEarlier(
  { data }: RoutingPayload,
  kept: readonly LayerRouting[],
  { tokens, packed }: TokenPlan,
  budget: Budget
): number {
  const choice = ({ numExperts, k }: LayerRouting): number =>
    packed ? packedLength(k) : 2 + k * (String(numExperts).length + 1);
  const each = 32 + sum(kept, (layer) => 8 + tokens * choice(layer));
  return budget.takeMany(each, 1 / 3, { max: data.tokens?.earlier?.length ?? 0 });
}

/** All layers, or as many as fit, evenly over the depth; at least one. */
function layersThatFit(layers: readonly LayerRouting[], room: number): number[] {
  const all = layers.map((_, i) => i);
  const needed = sum(layers, requiredBytes);
  if (needed <= room * 0.95) {
    return all;
  }
  const count = Math.max(1, Math.floor((layers.length * room * 0.8) / needed));
  return evenly(layers.length, count);
}

/** Keys that are left out with their values; their names are at most this long with quotes, colon and comma. */
const OPTIONAL = ['meanWeight', 'overflow', 'classLoad', 'topTokens', 'contexts', 'transitions', 'internals'];
const KEY_BYTES = 15;

/** A layer without what may be left out, with the brackets of its rows of the history and of the sample. */
function requiredBytes(layer: LayerRouting): number {
  const { path, router, numExperts, k, capacity } = layer;
  const keys = Object.keys(layer).filter((key) => !OPTIONAL.includes(key));
  const bare = Object.fromEntries(keys.map((key) => [key, null]));
  const metrics = 6 * (String(numExperts).length + METRIC_DECIMALS + 2) + (capacity === undefined ? 0 : SCORE_BYTES);
  return jsonBytes({ ...bare, path, router, numExperts, k }) + metrics + 32 + sharesBytes(numExperts, numExperts);
}

const labelsBytes = ({ experts }: LayerRouting): number => jsonBytes(experts);

const importanceBytes = ({ importance, meanWeight = [], overflow = [], numExperts: E }: LayerRouting): number =>
  sharesBytes(importance.length, E) + 2 * KEY_BYTES + (meanWeight.length + overflow.length) * METRIC_BYTES;

const coActivationBytes = ({ coActivation, numExperts: E }: LayerRouting): number =>
  coActivation === null ? 0 : E * sharesBytes(E, E);

const domainLoadBytes = ({ domainLoad, numExperts: E }: LayerRouting): number => domainLoad.length * sharesBytes(E, E);

const classBytes = ({ classLoad = [], numExperts: E }: LayerRouting): number =>
  KEY_BYTES + classLoad.length * sharesBytes(E, E);

const topTokensBytes = ({ topTokens }: LayerRouting): number =>
  KEY_BYTES + sum(topTokens ?? [], (tokens) => 3 + sum(tokens, ({ text }) => 20 + METRIC_BYTES + jsonBytes(text)));

/** One context of each expert; the longest counts. */
const contextBytes = ({ contexts }: LayerRouting): number =>
  KEY_BYTES + sum(contexts ?? [], (each) => 3 + Math.max(0, ...each.map((context) => bytesOf(context) + 1)));

const transitionsBytes = ({ transitions = [], numExperts: E }: LayerRouting): number =>
  KEY_BYTES + sum(transitions, (row) => sharesBytes(row.length, E));

/** With the names of its parts. */
const internalsBytes = ({ internals }: LayerRouting): number =>
  internals === undefined
    ? 0
    : 4 * KEY_BYTES + 2 * SCORE_BYTES + sharesBytes(internals.logits.length + internals.margins.length, 1);

const biasBytes = ({ internals }: LayerRouting): number =>
  internals?.bias === undefined ? 0 : 2 * KEY_BYTES + internals.bias.length * (SCORE_BYTES + STEP_BYTES);

/** `count` shares of E experts as an array. */
function sharesBytes(count: number, numExperts: number): number {
  return 3 + count * (shareDecimals(numExperts) + 3);
}

/** A layer's entries for one step of the history. */
function metricsBytes({ numExperts }: LayerRouting): number {
  const whole = String(numExperts).length;
  return 2 * (whole + METRIC_DECIMALS + 2) + 2 * METRIC_BYTES;
}

/** One token of the sample, `text` bytes long; the longest counts. */
function tokenBytes(text: number, kept: readonly LayerRouting[]): number {
  const choice = ({ numExperts }: LayerRouting): number => String(numExperts).length + 1 + METRIC_BYTES;
  return text + 4 + sum(kept, (layer) => 6 + layer.k * choice(layer));
}

/** One of these losses and a comma; the longest counts. */
function lossBytes(losses: readonly Numeric[]): number {
  return 1 + Math.max(4, ...losses.map((loss) => String(roundTo(loss, METRIC_DECIMALS)).length));
}

/** The same with its choices packed: a byte each, four characters for three bytes. */
function packedTokenBytes(text: number, kept: readonly LayerRouting[]): number {
  return text + 4 + sum(kept, ({ k }) => (4 * k) / 3);
}

function sum<T>(items: readonly T[], f: (item: T) => number): number {
  return items.reduce((total, item) => total + f(item), 0);
}
