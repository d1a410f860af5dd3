/** @file What an output had no room for, put in from what its kernel told. */
import type {
  ControlDetails,
  LayerRouting,
  RoutingData,
  RoutingHistory,
  RoutingPayload,
  TokenSample
} from '@switchyard/kernel-lib/protocol';
import { MAX_CONTEXTS } from '@switchyard/kernel-lib/protocol';

/**
 * The path of a layer that lacks something that its kernel may know, else null: what is recorded nowhere looks the same. What only one
 * tab shows is asked for while it is in view.
 */
export function lacking({ data }: RoutingPayload, layer: number, tab = ''): string | null {
  const { layers, history, tokens } = data;
  if (layers.length <= layer) {
    return null;
  }
  const { importance, experts, coActivation, transitions, internals, k } = layers[layer];
  const tables = (coActivation === null && k > 1) || (!transitions && layer + 1 < layers.length);
  const rest = importance.length === 0 || experts.length === 0 || history.loadSteps.length === 0 || tokens === null;
  const shown =
    (tab === 'routers' && (!internals || !history.internals)) || (tab === 'experts' && isShort(layers[layer], tokens));
  return tables || rest || shown ? layers[layer].path : null;
}

/** Whether some expert has fewer contexts than a kernel keeps, of text that is known. */
function isShort({ contexts = [], load }: LayerRouting, tokens: TokenSample | null): boolean {
  return tokens !== null && load.some((share, e) => share > 0 && (contexts[e]?.length ?? 0) < MAX_CONTEXTS);
}

/** The newer numbers of `payload`, and from `details` of the same run what it lacks; the same object where that is nothing. */
export function filled(payload: RoutingPayload, details: ControlDetails): RoutingPayload {
  const { data } = payload;
  const told = 'payload' in details ? details.payload : null;
  if (told === null || told.runId !== payload.runId || !sameShape(data, told.data)) {
    return payload;
  }
  const more = told.data;
  const layers = data.layers.map((layer, i) => filledLayer(layer, more.layers[i]));
  const history = longer(data.history, more.history);
  const tokens = larger(data.tokens, more.tokens);
  const same =
    history === data.history && tokens === data.tokens && layers.every((layer, i) => layer === data.layers[i]);
  return same
    ? payload
    : {
        ...payload,
        data: {
          ...{ ...data, layers, history, tokens },
          tokenClasses: data.tokenClasses ?? more.tokenClasses,
          scoreBins: data.scoreBins ?? more.scoreBins
        }
      };
}

function sameShape(a: RoutingData, b: RoutingData): boolean {
  const shape = ({ layers }: RoutingData): string =>
    JSON.stringify(layers.map(({ path, numExperts, k }) => [path, numExperts, k]));
  return shape(a) === shape(b);
}

function filledLayer(layer: LayerRouting, more: LayerRouting): LayerRouting {
  const lacking: Partial<LayerRouting> = {
    ...(layer.experts.length < more.experts.length ? { experts: more.experts } : {}),
    ...(layer.importance.length < more.importance.length ? { importance: more.importance } : {}),
    ...(layer.domainLoad.length < more.domainLoad.length ? { domainLoad: more.domainLoad } : {}),
    ...(layer.coActivation === null && more.coActivation !== null ? { coActivation: more.coActivation } : {}),
    ...(!layer.meanWeight && more.meanWeight ? { meanWeight: more.meanWeight } : {}),
    ...(!layer.overflow && more.overflow ? { overflow: more.overflow } : {}),
    ...(!layer.classLoad && more.classLoad ? { classLoad: more.classLoad } : {}),
    ...(!layer.topTokens && more.topTokens ? { topTokens: more.topTokens } : {}),
    ...(contextsOf(layer) < contextsOf(more) ? { contexts: more.contexts } : {}),
    ...(moreOf(layer.internals, more.internals) ? { internals: more.internals } : {}),
    ...(!layer.transitions && more.transitions ? { transitions: more.transitions } : {})
  };
  return Object.keys(lacking).length === 0 ? layer : { ...layer, ...lacking };
}

/** How many contexts of its experts a layer tells. */
function contextsOf({ contexts = [] }: LayerRouting): number {
  return contexts.reduce((sum, each) => sum + each.length, 0);
}

/** Whether the second tells more of a router than the first. */
function moreOf(internals: LayerRouting['internals'], more: LayerRouting['internals']): boolean {
  return more !== undefined && (internals === undefined || (internals.bias === undefined && more.bias !== undefined));
}

/** The history that can be replayed, else the newer one; with the routers' scores where one has them. */
function longer(history: RoutingHistory, more: RoutingHistory): RoutingHistory {
  const replayed = history.loadSteps.length === 0 && more.loadSteps.length > 0 ? more : history;
  return !replayed.internals && more.internals ? { ...replayed, internals: more.internals } : replayed;
}

/** The sample, or the longer one that begins with its text. */
function larger(tokens: TokenSample | null, more: TokenSample | null): TokenSample | null {
  const { text } = tokens ?? { text: [] };
  return more !== null && more.text.length > text.length && text.every((token, t) => token === more.text[t])
    ? more
    : tokens;
}
