import { fail } from '../../base/core';
import type { CostlyGains } from './costlyGains';
import type { OracleRoutes } from './oracleRoutes';

/** How far reference and oracle agree, and what the difference costs; means over the tokens of a group. */
export interface Agreement {
  /** Tokens of the group. */
  tokens: number;
  /** Share of all decisions of token and block that are the same. */
  same: number;
  /** The same in each block; [L]. */
  byBlock: number[];
  /** Value of `same`, were the reference's choices of each block dealt to the group's tokens by lot. */
  sameByChance: number;
  /** Share of the tokens that call the costly module (the last) in each block on the reference's paths, and on the oracle's; [L]. */
  costly: { reference: number[]; oracle: number[] };
  /** Cross entropy on the oracle's paths, in nats. */
  loss: number;
  /** Cross entropy that the reference loses to the oracle, in nats. */
  regret: number;
  /** Gain by costly calls at best, in nats. */
  difficulty: number;
  /** Gain by the costly module in each block alone, in nats; [L]. Empty without `gains`. */
  gainByBlock: number[];
}

/** Options of `adaptive.agreement`. */
export interface AgreementOptions {
  /** Gains by the costly module in each block, from `adaptive.costlyGains` on the same batch. */
  gains?: CostlyGains;
}

/**
 * Compares the reference paths with the oracle's, over all tokens ("all") and within each group.
 *
 * @param groups - A group for each token, [T]: its class, position, domain (`adaptive.tokenGroups`); all that is wanted, one call each.
 * @throws {SwitchyardError} where there is not a group for each token, or the gains are of other tokens.
 */
export function agreement(
  routes: OracleRoutes,
  groups: readonly string[] = [],
  { gains }: AgreementOptions = {}
): Record<string, Agreement> {
  const { numTokens, numBlocks } = routes;
  if (groups.length > 0 && groups.length !== numTokens) {
    fail('adaptive.agreement', `there must be a group for each of ${numTokens} tokens`, groups.length);
  }
  if (gains !== undefined && gains.one.length !== numTokens * numBlocks) {
    fail('adaptive.agreement', `gains must be of ${numTokens} tokens in ${numBlocks} blocks`, gains.one.length);
  }
  const members = new Map<string, number[]>([['all', Array.from({ length: numTokens }, (_, t) => t)]]);
  groups.forEach((group, t) => {
    const own = members.get(group) ?? [];
    members.set(group, own);
    own.push(t);
  });
  return Object.fromEntries([...members].map(([group, tokens]) => [group, compare(routes, tokens, gains)]));
}

function compare(routes: OracleRoutes, tokens: readonly number[], gains?: CostlyGains): Agreement {
  const { numBlocks, paths, reference, losses, referenceLosses, difficulty, choices } = routes;
  const mean = (of: (t: number) => number): number => tokens.reduce((sum, t) => sum + of(t), 0) / tokens.length;
  const inEach = (of: (block: number) => number): number[] =>
    Array.from({ length: numBlocks }, (_, block) => of(block));
  const share = (of: Int32Array, block: number, choice: number): number =>
    mean((t) => (of[t * numBlocks + block] === choice ? 1 : 0));
  const byBlock = inEach((block) => mean((t) => (paths[t * numBlocks + block] === reference[t * numBlocks + block] ? 1 : 0))); // prettier-ignore
  const byChance = inEach((block) =>
    sum(Array.from({ length: choices[block] }, (_, c) => share(paths, block, c) * share(reference, block, c)))
  );
  const calls = (of: Int32Array): number[] => inEach((block) => share(of, block, choices[block] - 1));
  return {
    tokens: tokens.length,
    same: sum(byBlock) / numBlocks,
    byBlock,
    sameByChance: sum(byChance) / numBlocks,
    costly: { reference: calls(reference), oracle: calls(paths) },
    loss: mean((t) => losses[t]),
    regret: mean((t) => referenceLosses[t] - losses[t]),
    difficulty: mean((t) => difficulty[t]),
    gainByBlock: gains ? inEach((block) => mean((t) => gains.none[t] - gains.one[t * numBlocks + block])) : []
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
