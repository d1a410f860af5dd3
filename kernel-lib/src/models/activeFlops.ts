import { expectInteger, fail } from '../core';
import type { RoutingRecord } from '../core';
import type { ExpertBank, MoeLayer } from '../moe';
import { mixerName } from './mixer';
import type { Mixer } from './mixer';
import type { Transformer } from './transformer';

export interface ActiveFlopsOptions {
  /** N. Default: the model's context length. */
  length?: number;
  /**
   * What the routers decided in a pass: then what that pass executed is counted, where experts differ in cost or a token may take
   * none, and not what is expected. Default: none.
   */
  records?: readonly RoutingRecord[];
}

/**
 * Floating-point operations that a forward pass spends on one token, a multiplication and an addition counted as two;
 * matrix products only. With m matrices in a network (plain 2, gated 3), K experts of a token on average, S shared experts
 * and sequences of N positions:
 *
 * - attention: `8 D^2 + 4 N D` a block (no half taken off for the causal mask: the products are computed whole)
 * - up-projection looked up by token: `4 D H`
 * - dense: `2 m D H`; mixture: `2 m D H (K + S) + 2 D E`, the last for the router, unless it looks experts up in a table;
 *   experts of other kinds count what their bank says (`flops`), and where they differ, their mean or what `records` say
 * - head: `2 D V`
 *
 * A training step costs about three times as much (arXiv 2001.08361, section 2.1).
 *
 * @throws {SwitchyardError} where `records` lack a routed block of the model.
 */
export function activeFlops(model: Transformer, options: ActiveFlopsOptions = {}): number {
  const { width, vocabSize, contextLength, mixers, sharing = 'none' } = model.options;
  const { length = contextLength, records } = options;
  expectInteger('activeFlops', 'length', length, 1, contextLength);
  const attention = 8 * width ** 2 + 4 * length * width;
  const modules = model.modules();
  const blocks = mixers.reduce((sum, mixer, i) => {
    const pathIn = (block: number): string => `layers.${block}.${mixerName(mixer)}`;
    // Blocks that share are the first one, run again.
    const module = modules.get(pathIn(sharing === 'none' ? i : 0)) as MoeLayer;
    return sum + attention + mixerFlops(mixer, width, module, records && find(records, pathIn(i)));
  }, 0);
  return blocks + 2 * width * vocabSize;

  function find(all: readonly RoutingRecord[], path: string): RoutingRecord | undefined {
    const record = all.find((each) => each.path === path);
    return record ?? (path.endsWith('.moe') ? fail('activeFlops', `records must have "${path}"`, null) : undefined);
  }
}

/** Operations that a block's mixer, built as `module`, spends on a token. */
export function mixerFlops(mixer: Mixer, width: number, module: MoeLayer, record?: RoutingRecord): number {
  if (mixer.kind === 'dense') {
    return denseFlops(mixer, width);
  }
  if (mixer.kind === 'tokenIndexed') {
    return 4 * width * mixer.hidden;
  }
  const { experts, shared } = module;
  const router = routerFlops(mixer.router.kind, width, mixer.numExperts);
  const routed = record === undefined ? mixer.k * mean(experts.flops) : executed(experts, record);
  return routed + router + (shared === null ? 0 : sum(shared.flops));
}

/** Operations that a dense network spends on a token of this width. */
export function denseFlops({ gated, hidden }: { gated: boolean; hidden: number }, width: number): number {
  return 2 * (gated ? 3 : 2) * width * hidden;
}

const TABLES: readonly string[] = ['fixed', 'hash'];

/** Operations that scoring a token's experts takes: `2 D E`, none where a table says them. */
export function routerFlops(kind: string, width: number, numExperts: number): number {
  return TABLES.includes(kind) ? 0 : 2 * width * numExperts;
}

function executed({ flops }: ExpertBank, { indices, dropped, numTokens }: RoutingRecord): number {
  return sum(Array.from(indices, (e, i) => (e < 0 || dropped?.[i] === 1 ? 0 : flops[e]))) / numTokens;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
