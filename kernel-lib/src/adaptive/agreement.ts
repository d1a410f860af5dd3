import { fail } from '../core';
import type { OracleRoutes } from './oracleRoutes';

/** How far reference and oracle agree, and what the difference costs. */
export interface Agreement {
  /** Tokens of the group. */
  tokens: number;
  /** Share of all decisions of token and block that are the same. */
  same: number;
  /** The same in each block; [L]. */
  byBlock: number[];
  /** Mean cross entropy that the reference loses to the oracle, in nats. */
  regret: number;
  /** Mean of what costly calls gain at best, in nats. */
  difficulty: number;
}

/**
 * Compares the reference paths with the oracle's, over all tokens ("all") and within each group.
 *
 * @param groups - A group for each token, [T]: its class, position, domain; all that is wanted, one call each.
 * @throws {SwitchyardError} where there is not a group for each token.
 */
export function agreement(routes: OracleRoutes, groups: readonly string[] = []): Record<string, Agreement> {
  const { numTokens } = routes;
  if (groups.length > 0 && groups.length !== numTokens) {
    fail('adaptive.agreement', `there must be a group for each of ${numTokens} tokens`, groups.length);
  }
  const members = new Map<string, number[]>([['all', Array.from({ length: numTokens }, (_, t) => t)]]);
  groups.forEach((group, t) => members.set(group, [...(members.get(group) ?? []), t]));
  return Object.fromEntries([...members].map(([group, tokens]) => [group, compare(routes, tokens)]));
}

function compare(routes: OracleRoutes, tokens: readonly number[]): Agreement {
  const { numBlocks, paths, reference, losses, referenceLosses, difficulty } = routes;
  const mean = (of: (t: number) => number): number => tokens.reduce((sum, t) => sum + of(t), 0) / tokens.length;
  const byBlock = Array.from({ length: numBlocks }, (_, block) =>
    mean((t) => (paths[t * numBlocks + block] === reference[t * numBlocks + block] ? 1 : 0))
  );
  return {
    tokens: tokens.length,
    same: byBlock.reduce((sum, share) => sum + share, 0) / numBlocks,
    byBlock,
    regret: mean((t) => referenceLosses[t] - losses[t]),
    difficulty: mean((t) => difficulty[t])
  };
}
