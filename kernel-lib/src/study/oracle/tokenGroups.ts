import { expectInteger } from '../../base/core';
import { tokenClasses } from '../../train/data';
import type { Batch, TextData } from '../../train/data';

/** Groups that tokens fall into, for `adaptive.agreement`; [T] each, row by sequence. */
export interface TokenGroups {
  /** Class of the token that is predicted; see `data.tokenClasses`. */
  class: string[];
  /** Range of positions, from 0: "0-15". */
  position: string[];
  /** Name of the sequence's domain. */
  domain: string[];
}

/** Options of `adaptive.tokenGroups`. */
export interface TokenGroupsOptions {
  /** Ranges of positions, of about one length. Default 4. */
  ranges?: number;
}

/**
 * Says of each token of a batch what it must predict, where it stands and which text it is from.
 *
 * @throws {SwitchyardError} where there are more ranges than positions.
 */
export function tokenGroups(batch: Batch, text: TextData, options: TokenGroupsOptions = {}): TokenGroups {
  const { tokens, batchSize, length, domains } = batch;
  const { ranges = 4 } = options;
  expectInteger('adaptive.tokenGroups', 'ranges', ranges, 1, length);
  const start = (range: number): number => Math.ceil((range * length) / ranges);
  const rangeOf = (position: number): string => {
    const range = Math.floor((position * ranges) / length);
    return `${start(range)}-${start(range + 1) - 1}`;
  };
  const groups: TokenGroups = { class: [], position: [], domain: [] };
  for (let b = 0; b < batchSize; b++) {
    const row = Array.from(tokens.subarray(b * (length + 1), (b + 1) * (length + 1)), (token) => text.decode(token));
    groups.class.push(...tokenClasses(row).slice(1));
    for (let position = 0; position < length; position++) {
      groups.position.push(rangeOf(position));
      groups.domain.push(text.domains[domains[b]]);
    }
  }
  return groups;
}
