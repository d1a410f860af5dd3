import { checkArray, checkInteger, checkNumber, checkNumeric, checkObject, checkText } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import {
  MAX_CLASSES,
  MAX_CONTEXTS,
  MAX_DOMAINS,
  MAX_EXPERTS,
  MAX_HISTORY_STEPS,
  MAX_LAYERS,
  MAX_LOAD_STEPS,
  MAX_TOP_TOKENS
} from '../limits';
import type { Count, Index, Magnitude, Numeric, Positive, Share, Text } from '../numbers';
import { checkScalars, checkSteps } from '../scalars';
import { checkOmitted, checkShares, checkTable, magnitudeOrNull, orEmpty, share, shareOrNull } from '../tables';
import { checkInternals } from '../routerInternals';
import type { InternalsHistory, RouterInternals, ScoreBins } from '../routerInternals';
import { checkTokenSample } from '../tokenSample';
import type { Shape, TokenSample } from '../tokenSample';

/** Routing of every routed layer at one moment, and its history. */
export type RoutingPayload = Envelope<'routing', RoutingData>;

/** Whether a payload is of this kind: the one whose details a kernel is asked for. */
export function isRouting(payload: { kind: string }): payload is RoutingPayload {
  return payload.kind === 'routing';
}

/** Data of a payload of routing. */
export interface RoutingData {
  /**
   * The routed layers in order of depth; L.
   * @maxItems 1024
   */
  layers: LayerRouting[];
  /** Scalars over time, shared by the whole run. */
  history: RoutingHistory;
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omittedLayers?: Count;
  /** A sample of tokens with their choices; null where none was taken. */
  tokens: TokenSample | null;
  /**
   * Names of the data's domains; G. Empty where domains are unknown.
   * @maxItems 64
   */
  domains: Text[];
  /**
   * Names of the classes that tokens fall into, for example "letters", "digits"; C. Absent where they are not counted.
   * @maxItems 64
   */
  tokenClasses?: Text[];
  /** Bins of the routers' scores; absent where these are not known. */
  scoreBins?: ScoreBins;
}

/** One routed layer, summed over the tokens of the latest steps. */
export interface LayerRouting {
  /** Module path, for example "layers.2.moe". */
  path: Text;
  /** Router's kind, for example "top-k". */
  router: Text;
  /** E. */
  numExperts: Positive;
  /** Experts a token is sent to; the maximum where it varies. */
  k: Positive;
  /** A label for each expert; E. Empty where they would not fit: experts then go by their numbers. */
  experts: Text[];
  /**
   * Share of all choices that fell on each expert, dropped ones included; E, sums to 1, or all 0 where nothing was
   * chosen. Fair share is 1/E.
   */
  load: Share[];
  /** Share of the router's probability that each expert received; E, sums as `load` does. Empty where it would not fit. */
  importance: Share[];
  /** (max load - mean load) / mean load. 0 is balanced; E/k - 1 sends every token to the same k experts. */
  maxVio: Magnitude | null;
  /** Standard deviation (population) of load over its mean. */
  cv: Magnitude | null;
  /** Mean entropy of a token's probabilities over log E: 1 is undecided, 0 is sure. */
  entropy: Share | null;
  /** exp of the entropy of load, over E: the share of experts in use. */
  effectiveExperts: Share | null;
  /** Share of assignments dropped because an expert was full. */
  dropped: Share | null;
  /** Share of experts that received nothing. */
  deadFraction: Share | null;
  /** Share of each domain's assignments by expert; [G][E], rows sum as `load` does. Empty where domains are unknown or it would not fit. */
  domainLoad: Share[][];
  /**
   * Of the tokens sent to expert i, the share also sent to expert j; [E][E], all pairs, diagonal 1 where i was used.
   * Null where it would not fit, or k is 1.
   */
  coActivation: (Share | null)[][] | null;
  /** Mean weight with which each expert's output was taken by the tokens sent to it; E, null where it got none. */
  meanWeight?: (Magnitude | null)[];
  /** Of each expert's assignments, the share that it had no room for; E, null where it got none. Absent where nothing can be dropped. */
  overflow?: (Share | null)[];
  /** Assignments that an expert takes at most, as a multiple of the fair share; absent where that is not limited, or not known. */
  capacity?: Magnitude;
  /** Experts that work on every token besides those that are routed; absent where there is none. */
  sharedExperts?: Positive;
  /** Share of each token class's assignments by expert; [C][E], rows sum as `load` does. */
  classLoad?: Share[][];
  /** The tokens that each expert received most, most first, at most 8 of each; [E]. */
  topTokens?: TokenShare[][];
  /**
   * Of the tokens whose first choice was expert i here, the share whose first choice is j in the next layer of `layers`;
   * [E][E of the next], rows sum as `load` does. Absent for the last layer, or where it is not known or would not fit.
   */
  transitions?: Share[][];
  /** The tokens that each expert took with the greatest weights, with the text around them, at most 8 of each, the heaviest first; [E]. */
  contexts?: ExpertContext[][];
  /** Scores that the router decides by; absent where it does not tell, or it would not fit. */
  internals?: RouterInternals;
}

/** A token of the vocabulary at an expert. */
export interface TokenShare {
  text: Text;
  /** Its share of the expert's assignments. */
  share: Share;
}

/** A token that an expert took, in the text where it stood. */
export interface ExpertContext {
  /** Text before the token, and after it; cut. */
  before: Text;
  token: Text;
  after: Text;
  /** Weight with which the expert's output was taken. */
  weight: Numeric;
  /** Its domain as an index into `domains`, or -1. */
  domain: Index;
  /** The step at which it was seen. */
  step: Count;
}

/** Series over the steps kept. All series have the length of `steps`; S <= 512. */
export interface RoutingHistory {
  /**
   * Ascending.
   * @maxItems 512
   */
  steps: Count[];
  /** Per layer; [L][S]. */
  maxVio: (Magnitude | null)[][];
  cv: (Magnitude | null)[][];
  entropy: (Share | null)[][];
  dropped: (Share | null)[][];
  /**
   * Steps at which `load` was kept, ascending; S' <= 64.
   * @maxItems 64
   */
  loadSteps: Count[];
  /** Load of each expert over time; [L][S'][E]. */
  load: Share[][][];
  /**
   * Named scalars of the run, for example "loss/train", "loss/validation", "auxiliary/switch"; [S] each.
   * @maxProperties 64
   */
  scalars: Record<string, Numeric[]>;
  /** The routers' scores over time; absent where they are not known, or would not fit. */
  internals?: InternalsHistory;
}

/** Checks the data of a routing payload. */
export function checkRouting(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const domains = checkArray(data.domains, `${path}.domains`, { max: MAX_DOMAINS, item: checkText }).length;
  const layers = checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS });
  const shapes = layers.map((layer, i) => checkLayer(layer, `${path}.layers[${i}]`, domains));
  checkOmitted(data.omittedLayers, `${path}.omittedLayers`);
  checkHistory(data.history, `${path}.history`, shapes);
  checkSpecialisation(data, path, shapes);
  checkInternals(data, path, shapes);
  if (data.tokens !== null) {
    checkTokenSample(data.tokens, `${path}.tokens`, shapes, domains);
  }
}

function checkLayer(value: unknown, path: string, domains: number): Shape {
  const layer = checkObject(value, path);
  checkText(layer.path, `${path}.path`);
  checkText(layer.router, `${path}.router`);
  const numExperts = checkInteger(layer.numExperts, `${path}.numExperts`, 1, MAX_EXPERTS);
  const k = checkInteger(layer.k, `${path}.k`, 1, numExperts);
  checkArray(layer.experts, `${path}.experts`, { length: orEmpty(layer.experts, numExperts), item: checkText });
  checkShares(layer.load, `${path}.load`, numExperts);
  checkShares(layer.importance, `${path}.importance`, orEmpty(layer.importance, numExperts));
  magnitudeOrNull(layer.maxVio, `${path}.maxVio`);
  magnitudeOrNull(layer.cv, `${path}.cv`);
  for (const name of ['entropy', 'effectiveExperts', 'dropped', 'deadFraction']) {
    shareOrNull(layer[name], `${path}.${name}`);
  }
  const row: Check = (item, at) => checkShares(item, at, numExperts);
  checkArray(layer.domainLoad, `${path}.domainLoad`, { length: orEmpty(layer.domainLoad, domains), item: row });
  if (layer.coActivation !== null) {
    checkTable(layer.coActivation, `${path}.coActivation`, [numExperts, numExperts], shareOrNull);
  }
  return { numExperts, k };
}

function checkHistory(value: unknown, path: string, shapes: Shape[]): void {
  const history = checkObject(value, path);
  const steps = checkSteps(history.steps, `${path}.steps`, MAX_HISTORY_STEPS);
  const perLayer = [shapes.length, steps];
  checkTable(history.maxVio, `${path}.maxVio`, perLayer, magnitudeOrNull);
  checkTable(history.cv, `${path}.cv`, perLayer, magnitudeOrNull);
  checkTable(history.entropy, `${path}.entropy`, perLayer, shareOrNull);
  checkTable(history.dropped, `${path}.dropped`, perLayer, shareOrNull);
  const loadSteps = checkSteps(history.loadSteps, `${path}.loadSteps`, MAX_LOAD_STEPS);
  const load = checkArray(history.load, `${path}.load`, { length: shapes.length });
  load.forEach((rows, i) => checkTable(rows, `${path}.load[${i}]`, [loadSteps, shapes[i].numExperts], share));
  checkScalars(history.scalars, `${path}.scalars`, steps);
}

/** Purpose of each expert: the fields that a later minor version added, all of them optional. */
function checkSpecialisation(data: Record<string, unknown>, path: string, shapes: Shape[]): void {
  const classes =
    data.tokenClasses === undefined
      ? 0
      : checkArray(data.tokenClasses, `${path}.tokenClasses`, { max: MAX_CLASSES, item: checkText }).length;
  (data.layers as Record<string, unknown>[]).forEach((layer, i) => {
    const at = `${path}.layers[${i}]`;
    const { numExperts } = shapes[i];
    if (layer.meanWeight !== undefined) {
      checkArray(layer.meanWeight, `${at}.meanWeight`, { length: numExperts, item: magnitudeOrNull });
    }
    if (layer.overflow !== undefined) {
      checkArray(layer.overflow, `${at}.overflow`, { length: numExperts, item: shareOrNull });
    }
    if (layer.capacity !== undefined) {
      checkNumber(layer.capacity, `${at}.capacity`, 0);
    }
    if (layer.sharedExperts !== undefined) {
      checkInteger(layer.sharedExperts, `${at}.sharedExperts`, 1);
    }
    if (layer.classLoad !== undefined) {
      const row: Check = (item, where) => checkShares(item, where, numExperts);
      checkArray(layer.classLoad, `${at}.classLoad`, { length: classes, item: row });
    }
    if (layer.topTokens !== undefined) {
      checkArray(layer.topTokens, `${at}.topTokens`, { length: numExperts, item: checkTopTokens });
    }
    if (layer.contexts !== undefined) {
      const { length } = data.domains as unknown[];
      checkArray(layer.contexts, `${at}.contexts`, {
        length: numExperts,
        item: (item, where) => checkContexts(item, where, length)
      });
    }
    if (layer.transitions !== undefined) {
      const next = shapes.at(i + 1)?.numExperts ?? 0;
      const row: Check = (item, where) => checkShares(item, where, next);
      checkArray(layer.transitions, `${at}.transitions`, { length: i + 1 < shapes.length ? numExperts : 0, item: row });
    }
  });
}

function checkTopTokens(value: unknown, path: string): void {
  const item: Check = (entry, at) => {
    const token = checkObject(entry, at);
    checkText(token.text, `${at}.text`);
    share(token.share, `${at}.share`);
  };
  checkArray(value, path, { max: MAX_TOP_TOKENS, item });
}

function checkContexts(value: unknown, path: string, domains: number): void {
  const item: Check = (entry, at) => {
    const { before, token, after, weight, domain, step } = checkObject(entry, at);
    checkText(before, `${at}.before`);
    checkText(token, `${at}.token`);
    checkText(after, `${at}.after`);
    checkNumeric(weight, `${at}.weight`);
    checkInteger(domain, `${at}.domain`, -1, domains - 1);
    checkInteger(step, `${at}.step`, 0);
  };
  checkArray(value, path, { max: MAX_CONTEXTS, item });
}
