import type { RoutingRecord } from '../../base/core';
import type { ExpertContext } from '../../protocol';
import type { Batch } from '../../train/data';

/** Contexts kept of each expert, in each half of the window. */
const KEPT = 8;
/** Tokens kept on each side. */
const AROUND = 24;
/** Characters of the text before a token, and of that after it. */
const BEFORE = 40;
const AFTER = 24;

/** A token that an expert took with a great weight, where it stood. */
interface Found {
  weight: number;
  step: number;
  /** Index of the batch's domain; -1 where unknown. */
  domain: number;
  /** The tokens around it, and its own place among them. */
  tokens: Int32Array;
  at: number;
  /** Its form in a payload, once it was read: the same each time. */
  context?: ExpertContext;
}

/** A place in a batch that an expert may have found. */
interface Place {
  batch: Batch;
  sequence: number;
  at: number;
  weight: number;
  step: number;
}

/** The tokens that each expert of a layer took with the greatest weights, over the latest 1 to 2 windows, with the text around them. */
export class ExpertContexts {
  private current: Found[][];
  private previous: Found[][];

  constructor(private readonly numExperts: number) {
    this.current = this.none();
    this.previous = this.none();
  }

  /** Adds the choices of a record of this batch's tokens, in the step that is under way. Those that were dropped are none. */
  record({ indices, weights, dropped, k }: RoutingRecord, batch: Batch, step: number): void {
    for (let i = 0; i < indices.length; i++) {
      const expert = indices[i];
      if (expert < 0 || (dropped !== null && dropped[i] !== 0)) {
        continue;
      }
      const found = this.current[expert];
      if (found.length < KEPT || weights[i] > found[found.length - 1].weight) {
        const token = Math.floor(i / k);
        const sequence = Math.floor(token / batch.length);
        insert(found, { batch, sequence, at: token % batch.length, weight: weights[i], step });
      }
    }
  }

  /** Starts the window's next half. */
  roll(): void {
    this.previous = this.current;
    this.current = this.none();
  }

  /** At most so many of each expert, the heaviest first; [E]. */
  read(most: number, decode: (token: number) => string, numDomains: number): ExpertContext[][] {
    return this.current.map((found, e) =>
      joined(found, this.previous[e])
        .slice(0, most)
        .map((each) => (each.context ??= contextOf(each, decode, numDomains)))
    );
  }

  private none(): Found[][] {
    return Array.from({ length: this.numExperts }, () => []);
  }
}

/** Puts a place among those found, the heaviest first; the same tokens seen again are one place, as heavy as they were at most. */
function insert(found: Found[], { batch, sequence, at, weight, step }: Place): void {
  // A row of a training batch ends with a target more.
  const row = batch.tokens.length / batch.batchSize;
  const from = Math.max(0, at - AROUND);
  const tokens = batch.tokens.slice(sequence * row + from, sequence * row + Math.min(row, at + 1 + AROUND));
  const place: Found = { weight, step, domain: batch.domains[sequence] ?? -1, tokens, at: at - from };
  const known = found.findIndex((each) => isSame(each, place));
  if (known >= 0) {
    if (found[known].weight >= weight) {
      return;
    }
    found.splice(known, 1);
  }
  const after = found.findIndex((each) => each.weight < weight);
  found.splice(after < 0 ? found.length : after, 0, place);
  found.length = Math.min(found.length, KEPT);
}

/** Both, the heaviest first; of equal ones the newer first, and a place that is in both once. */
function joined(newer: readonly Found[], older: readonly Found[]): Found[] {
  const others = older.filter((each) => !newer.some((other) => isSame(each, other)));
  return [...newer, ...others].sort((a, b) => b.weight - a.weight);
}

function isSame(a: Found, b: Found): boolean {
  return a.at === b.at && a.tokens.length === b.tokens.length && a.tokens.every((token, i) => token === b.tokens[i]);
}

function contextOf(found: Found, decode: (token: number) => string, numDomains: number): ExpertContext {
  const { tokens, at, weight, step } = found;
  const text = (part: Int32Array): string => Array.from(part, decode).join('');
  const before = text(tokens.subarray(0, at));
  return {
    before: before.slice(-BEFORE),
    token: decode(tokens[at]),
    after: text(tokens.subarray(at + 1)).slice(0, AFTER),
    weight,
    domain: found.domain < numDomains ? found.domain : -1,
    step
  };
}
