import { expectInteger, expectNumber, fail } from '../../base/core';
import { apportion } from '../../base/math';

/**
 * Ranks of LoRA by the importance of modules, for `peft.lora({ ranks })`: together `rank` times as many as there are modules, in proportion to their
 * importance, at least `least` each (CFSP, arXiv 2409.13199).
 *
 * @param importance - By the path of the module, 0 or more: `report.blocks` of `prune.coarseToFine`, for one.
 * @returns Ranks by pattern, of all that is below each path.
 * @throws {SwitchyardError} where an option is out of range, or an importance is not a number of at least 0.
 */
export function ranksByImportance(
  importance: Readonly<Record<string, number | { readonly importance: number }>>,
  { rank, least = 1 }: { rank: number; least?: number }
): Record<string, number> {
  const where = 'peft.ranksByImportance';
  const entries = Object.entries(importance);
  if (entries.length === 0) {
    fail(where, 'importance must be of modules', 'none');
  }
  expectInteger(where, 'rank', rank, 1);
  expectInteger(where, 'least', least, 0, rank);
  const weights = entries.map(([path, each]) => {
    const value = typeof each === 'number' ? each : each.importance;
    expectNumber(where, `importance of "${path}"`, value, 0);
    return value;
  });
  const total = entries.length * (rank - least);
  const shares = apportion(total, weights, new Array<number>(entries.length).fill(total));
  return Object.fromEntries(entries.map(([path], i) => [`${path}.**`, least + shares[i]]));
}
