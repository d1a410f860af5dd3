import { expectInteger, fail, Random } from '../../base/core';
import { kMeans, meanRow } from '../../base/math';
import type { TokenType } from './equilibrium';

/** Options of `moe.analysis.tokenTypes`. */
export interface TokenTypesOptions {
  /** E. */
  numExperts: number;
  /** Types wanted; empty ones are left out. */
  types: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Groups tokens by what the router thinks of the experts: k-means (Lloyd, with k-means++ beginnings) over its logits. A
 * type's quality is its tokens' mean logits.
 *
 * @param logits - [T * E], as `Routing.logits` holds them.
 */
export function tokenTypes(logits: ArrayLike<number>, { numExperts, types, seed = 0 }: TokenTypesOptions): TokenType[] {
  const numTokens = logits.length / numExperts;
  expectInteger('moe.analysis.tokenTypes', 'types', types, 1);
  if (!Number.isInteger(numTokens) || numTokens < types) {
    fail(
      'moe.analysis.tokenTypes',
      `logits must be [T * E] of at least ${types} tokens, E = ${numExperts}`,
      logits.length
    );
  }
  const rows = Array.from({ length: numTokens }, (_, t) =>
    Float64Array.from({ length: numExperts }, (_unused, e) => logits[t * numExperts + e])
  );
  const next = Random.fromSeed(seed).child('tokenTypes').generator();
  const { members } = kMeans(rows, { count: types, next });
  return members
    .filter((of) => of.length > 0)
    .map((of) => ({ weight: of.length / numTokens, quality: meanRow(of.map((row) => rows[row])) }));
}
