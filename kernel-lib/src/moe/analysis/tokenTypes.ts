import { expectInteger, fail, Random } from '../../core';
import type { TokenType } from './equilibrium';

export interface TokenTypesOptions {
  /** E. */
  numExperts: number;
  /** Types wanted; empty ones are left out. */
  types: number;
  /** Default 0. */
  seed?: number;
}

const ROUNDS = 50;

/**
 * Groups tokens by what the router thinks of the experts: k-means (Lloyd, with k-means++ beginnings) over its logits. A
 * type's quality is its tokens' mean logits.
 *
 * @param logits - [T * E], as `Routing.logits` holds them.
 */
export function tokenTypes(logits: ArrayLike<number>, { numExperts, types, seed = 0 }: TokenTypesOptions): TokenType[] {
  const numTokens = logits.length / numExperts;
  expectInteger('tokenTypes', 'types', types, 1);
  if (!Number.isInteger(numTokens) || numTokens < types) {
    fail('tokenTypes', `logits must be [T * E] of at least ${types} tokens, E = ${numExperts}`, logits.length);
  }
  const rows = Array.from({ length: numTokens }, (_, t) =>
    Float64Array.from({ length: numExperts }, (_unused, e) => logits[t * numExperts + e])
  );
  let centres = beginnings(rows, types, Random.fromSeed(seed).child('tokenTypes').generator());
  let groups = group(rows, centres);
  for (let round = 0; round < ROUNDS; round++) {
    centres = groups.map((members, c) => (members.length > 0 ? mean(members) : centres[c]));
    groups = group(rows, centres);
  }
  return groups
    .filter((members) => members.length > 0)
    .map((members) => ({ weight: members.length / numTokens, quality: mean(members) }));
}

function beginnings(rows: readonly Float64Array[], count: number, next: () => number): Float64Array[] {
  const centres = [rows[Math.floor(next() * rows.length)]];
  while (centres.length < count) {
    const distances = rows.map((row) => Math.min(...centres.map((centre) => distance(row, centre))));
    let left = next() * distances.reduce((a, b) => a + b, 0);
    const chosen = distances.findIndex((d) => (left -= d) < 0);
    centres.push(rows[chosen < 0 ? rows.length - 1 : chosen]);
  }
  return centres;
}

function group(rows: readonly Float64Array[], centres: readonly Float64Array[]): Float64Array[][] {
  const groups: Float64Array[][] = centres.map(() => []);
  for (const row of rows) {
    const distances = centres.map((centre) => distance(row, centre));
    groups[distances.indexOf(Math.min(...distances))].push(row);
  }
  return groups;
}

function mean(rows: readonly Float64Array[]): Float64Array {
  return rows[0].map((_, e) => rows.reduce((sum, row) => sum + row[e], 0) / rows.length);
}

function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, e) => sum + (x - b[e]) ** 2, 0);
}
