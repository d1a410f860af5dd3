import { checkArray, checkBoolean, checkInteger, checkNumeric, checkObject, checkText } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_DEPTH_TOKENS, MAX_DOMAINS, MAX_LAYERS, MAX_MODULES } from '../limits';
import type { Count, Index, Magnitude, Numeric, Share, Text } from '../numbers';
import { checkOmitted, checkShares, checkTable, magnitudeOrNull, orEmpty, shareOrNull } from '../tables';

/** Modules that tokens executed in each layer: nothing, a small or a big one, so many recursions. */
export type DepthUsagePayload = Envelope<'depth-usage', DepthUsageData>;

/** Data of a payload of depth: how much of each layer the tokens took. */
export interface DepthUsageData {
  /**
   * The layers in order of depth; L.
   * @maxItems 1024
   */
  layers: Text[];
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
  /**
   * Modules that a token may take of a layer, the cheapest first, for example "skip", "small", "big"; M.
   * @minItems 1
   * @maxItems 32
   */
  modules: Text[];
  /** Share of all tokens that took each module; [L][M], rows sum to 1, or all 0 where no token came. */
  usage: Share[][];
  /** Floating-point operations of one token in each module; [L][M], null where a layer does not have it. Empty where unknown. */
  flops: (Magnitude | null)[][];
  /**
   * Work executed over all tokens in the costliest modules, in operations or in the router's own count (calls of a big
   * module); null where unknown.
   */
  cost: Share | null;
  /** The part that the router was allowed, in the unit of `cost`; null where there was no budget. */
  budget: Share | null;
  /** A sample of tokens; null where none was taken. */
  tokens: DepthSample | null;
  /**
   * Names of the data's domains; G. Empty where domains are unknown.
   * @maxItems 64
   */
  domains: Text[];
}

/** Consecutive tokens of one text, with what each layer executed for them. */
export interface DepthSample {
  /**
   * Text of each token; T <= 512.
   * @maxItems 512
   */
  text: Text[];
  /** Domain of each token as an index into `domains`, or -1; T. */
  domain: Index[];
  /** Module that each layer executed for each token as an index into `modules`, or -1; [L][T]. */
  executed: Index[][];
  /** Gain of each token by more computation, in nats; T. Empty where unknown. */
  difficulty: Numeric[];
  /** True where the sample was cut to fit. */
  truncated: boolean;
}

/** Checks the data of a depth-usage payload. */
export function checkDepthUsage(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const layers = checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS, item: checkText }).length;
  const modules = checkArray(data.modules, `${path}.modules`, { min: 1, max: MAX_MODULES, item: checkText }).length;
  checkOmitted(data.omitted, `${path}.omitted`);
  const row: Check = (item, at) => checkShares(item, at, modules);
  checkArray(data.usage, `${path}.usage`, { length: layers, item: row });
  checkTable(data.flops, `${path}.flops`, [orEmpty(data.flops, layers), modules], magnitudeOrNull);
  shareOrNull(data.cost, `${path}.cost`);
  shareOrNull(data.budget, `${path}.budget`);
  const domains = checkArray(data.domains, `${path}.domains`, { max: MAX_DOMAINS, item: checkText }).length;
  if (data.tokens !== null) {
    checkSample(data.tokens, `${path}.tokens`, { layers, modules, domains });
  }
}

interface Sizes {
  layers: number;
  modules: number;
  domains: number;
}

function checkSample(value: unknown, path: string, { layers, modules, domains }: Sizes): void {
  const tokens = checkObject(value, path);
  const length = checkArray(tokens.text, `${path}.text`, { max: MAX_DEPTH_TOKENS, item: checkText }).length;
  const domain: Check = (item, at) => checkInteger(item, at, -1, domains - 1);
  const module: Check = (item, at) => checkInteger(item, at, -1, modules - 1);
  checkArray(tokens.domain, `${path}.domain`, { length, item: domain });
  checkTable(tokens.executed, `${path}.executed`, [layers, length], module);
  const difficulty: Check = (item, at) => checkNumeric(item, at);
  checkArray(tokens.difficulty, `${path}.difficulty`, { length: orEmpty(tokens.difficulty, length), item: difficulty });
  checkBoolean(tokens.truncated, `${path}.truncated`);
}

/** Share of all layers' tokens that took each module; M. Layers where no token came do not count. */
export function meanUsage({ modules, usage }: DepthUsageData): number[] {
  const rows = usage.filter((row) => row.some((share) => share > 0));
  return modules.map((_, m) => rows.reduce((sum, row) => sum + row[m], 0) / Math.max(1, rows.length));
}
