import type { ChoiceOptions, RankedGroup } from './chooseKept';

/** A group that kept all its positions, and why. */
export interface WholeGroup {
  name: string;
  size: number;
  why: string;
}

/** The reason why a choice took nothing from a group: so that a ratio which is too small for it does not pass in silence. */
export function wholeGroup(
  { group, ratio, minimum }: RankedGroup,
  { scope, maxRatio, multipleOf }: ChoiceOptions
): WholeGroup {
  const { name, size } = group;
  const share = (part: number, what: string) => `${what} ${part} of ${size} positions is less than one`;
  const why =
    ratio === 0
      ? 'ratio 0'
      : minimum >= size
        ? `at least ${minimum} stay`
        : size * maxRatio < 1
          ? share(maxRatio, 'maxRatio')
          : scope === 'local' && size * ratio < 1
            ? share(ratio, 'ratio')
            : multipleOf > 1
              ? `what is left is a multiple of ${multipleOf}`
              : 'others of its pool count less';
  return { name, size, why };
}
