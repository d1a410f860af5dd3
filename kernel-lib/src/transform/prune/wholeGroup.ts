import type { ChoiceOptions, RankedGroup } from './chooseKept';

/** A group that kept all its positions, and why. */
export interface WholeGroup {
  name: string;
  size: number;
  why: string;
}

/** The reason why a choice took nothing from a group: so that a ratio which is too small for it does not pass in silence. */
export function wholeGroup(ranked: RankedGroup, options: ChoiceOptions): WholeGroup {
  const { name, size } = ranked.group;
  return { name, size, why: reasonOf(ranked, options) };
}

function reasonOf({ group, ratio, minimum }: RankedGroup, { scope, maxRatio, multipleOf }: ChoiceOptions): string {
  const { size } = group;
  const tooSmall = (share: number, what: string): string => `${what} ${share} of ${size} positions is less than one`;
  if (ratio === 0) {
    return 'ratio 0';
  }
  if (minimum >= size) {
    return `at least ${minimum} stay`;
  }
  if (size * maxRatio < 1) {
    return tooSmall(maxRatio, 'maxRatio');
  }
  if (scope === 'local' && size * ratio < 1) {
    return tooSmall(ratio, 'ratio');
  }
  return multipleOf > 1 ? `what is left is a multiple of ${multipleOf}` : 'others of its pool count less';
}
