/** @file Stability of routing: how many of the same tokens go to other experts than at another step. */
import type { LayerRouting, Numeric, TokenSample } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';

/** Shares of a sample's tokens whose set of experts is another one, by layer and step; [L][S]. */
export interface IChangedChoices {
  /** Steps at which the tokens were routed, ascending; S. */
  steps: number[];
  /** Than at the step before; null at the first. */
  sinceBefore: Numeric[][];
  /** Than at the last step; 0 there. */
  againstLast: Numeric[][];
}

/** Changes of a sample that was routed at `step` and at earlier ones; null where it was routed once. */
export function changedChoices(
  { experts, earlier = [], text }: TokenSample,
  layers: readonly LayerRouting[],
  step: number
): IChangedChoices | null {
  if (earlier.length === 0 || text.length === 0) {
    return null;
  }
  const moments = [...earlier, { step, experts }];
  const sets = layers.map(({ k }, l) => moments.map((moment) => choicesOf(moment.experts[l], k).map(setOf)));
  return {
    steps: moments.map((moment) => moment.step),
    sinceBefore: sets.map((rows) => rows.map((row, s) => (s === 0 ? null : changed(rows[s - 1], row)))),
    againstLast: sets.map((rows) => rows.map((row) => changed(row, rows[rows.length - 1])))
  };
}

/** The experts of a token, whatever their order. */
function setOf(choices: readonly number[]): string {
  return choices
    .filter((expert) => expert >= 0)
    .sort((a, b) => a - b)
    .join(' ');
}

function changed(before: readonly string[], after: readonly string[]): number {
  return after.filter((set, t) => set !== before[t]).length / after.length;
}
