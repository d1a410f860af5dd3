import { iterationCost } from './iterationCost';
import type { DecodeToken, IterationCost, PrefillPiece } from './iterationCost';
import { checkServing } from './options';
import type { ServingOptions } from './options';

/** One pass over the layers. */
export interface ServingIteration extends IterationCost {
  start: number;
  end: number;
  /** Tokens generated from tokens before. */
  decoding: DecodeToken[];
  /** Null where no prompt is under way. */
  prefill: PrefillPiece | null;
  /** How much longer the generated tokens take because of the prompt; 0 where there are none. */
  stallSeconds: number;
}

/** A token that came out. */
export interface ServedToken {
  request: number;
  /** 0 for the first that was generated. */
  index: number;
  /** Seconds from the start. */
  at: number;
}

/** Request that was served, with its times. */
export interface ServedRequest {
  /** From arrival to the first token; seconds. */
  timeToFirstToken: number;
  /** From arrival to the last token; seconds. */
  latency: number;
  /** Loads of expert weights that its prompt caused; one for each expert, layer and iteration. */
  prefillLoads: number;
}

/** Report of simulated serving: latencies and throughput. */
export interface ServingReport {
  iterations: ServingIteration[];
  /** In the order in which they came out. */
  tokens: ServedToken[];
  requests: ServedRequest[];
  /** Expert weights read in all; bytes. */
  bytes: number;
  /** Largest of the iterations. */
  maxStallSeconds: number;
}

/**
 * Serves requests by discrete events: an iteration carries every request that is generating one token on, and a piece of
 * at most one prompt, first come first served. A prompt's first token comes out with its last piece.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function serving(options: ServingOptions): ServingReport {
  checkServing(options);
  const { requests } = options;
  const iterations: ServingIteration[] = [];
  const tokens: ServedToken[] = [];
  const prompts = requests.map((_, request) => piecesOf(options, request));
  let generating: { request: number; index: number }[] = [];
  let [clock, prompt] = [0, 0];
  while (prompt < requests.length || generating.length > 0) {
    const arrived = prompt < requests.length && (requests[prompt].arrival <= clock || generating.length === 0);
    const start = arrived ? Math.max(clock, requests[prompt].arrival) : clock;
    const prefill = arrived ? (prompts[prompt].shift() ?? null) : null;
    const decoding = generating.map(({ request, index }) => ({
      request,
      position: requests[request].promptTokens + index - 1
    }));
    const cost = iterationCost(options, decoding, prefill);
    clock = start + cost.seconds;
    const stallSeconds = decoding.length > 0 ? cost.seconds - cost.decodeSeconds : 0;
    iterations.push({ ...cost, start, end: clock, decoding, prefill, stallSeconds });
    if (prefill !== null && prompts[prompt].length === 0) {
      generating.push({ request: prompt, index: 0 });
      prompt++;
    }
    tokens.push(...generating.map((token) => ({ ...token, at: clock })));
    generating = generating
      .map(({ request, index }) => ({ request, index: index + 1 }))
      .filter(({ request, index }) => index < requests[request].outputTokens);
  }
  return report(options, iterations, tokens);
}

/** The iterations' shares of a prompt, in order. */
function piecesOf(options: ServingOptions, request: number): PrefillPiece[] {
  const { requests, schedule, layers, tokenBudget } = options;
  const { promptTokens } = requests[request];
  const chunks = Math.ceil(promptTokens / tokenBudget);
  if (schedule === 'chunkedPrefill') {
    return Array.from({ length: chunks }, (_, c) => ({
      ...{ request, from: c * tokenBudget, to: Math.min(promptTokens, (c + 1) * tokenBudget) },
      ...{ firstLayer: 0, endLayer: layers }
    }));
  }
  const { layerGroups = Math.min(layers, chunks) } = options;
  const border = (group: number): number => Math.floor((group * layers) / layerGroups);
  return Array.from({ length: layerGroups }, (_, g) => ({
    ...{ request, from: 0, to: promptTokens },
    ...{ firstLayer: border(g), endLayer: border(g + 1) }
  }));
}

function report({ requests }: ServingOptions, iterations: ServingIteration[], tokens: ServedToken[]): ServingReport {
  const served = requests.map(({ arrival }, request) => {
    const own = tokens.filter((token) => token.request === request);
    const pieces = iterations.filter(({ prefill }) => prefill?.request === request);
    return {
      timeToFirstToken: own[0].at - arrival,
      latency: own[own.length - 1].at - arrival,
      prefillLoads: pieces.reduce((sum, { prefillLoads }) => sum + prefillLoads, 0)
    };
  });
  return {
    ...{ iterations, tokens, requests: served },
    bytes: iterations.reduce((sum, { bytes }) => sum + bytes, 0),
    maxStallSeconds: Math.max(0, ...iterations.map(({ stallSeconds }) => stallSeconds))
  };
}
