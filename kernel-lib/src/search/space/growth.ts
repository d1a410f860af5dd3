import { expectInteger } from '../../base/core';
import { categorical, group, integer, repeated, when } from './domain';
import { Space } from './space';

/** Options of `nas.space.growth`. */
export interface GrowthSpaceOptions {
  /** Actions in a row. */
  steps: number;
  /** Places that an action is told apart by; those of the network are counted round. Default 4. */
  places?: number;
}

/**
 * The space of ways to grow a network (arXiv 1707.04873): candidates have "actions", a list that `elastic.grow` takes, of "widen", "deepen" and "stay". With `nas.reinforce` a controller learns which of
 * them pay, each child trained a little from its parent's weights.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function growth({ steps, places = 4 }: GrowthSpaceOptions): Space {
  expectInteger('nas.space.growth', 'steps', steps, 1);
  expectInteger('nas.space.growth', 'places', places, 1);
  const action = group({
    action: categorical(['widen', 'deepen', 'stay']),
    place: when('action', ['widen', 'deepen'], integer(0, places - 1))
  });
  return new Space(
    { actions: repeated(steps, action) },
    // To stay first or last is the same.
    { canonical: ({ actions }) => (actions as { action: string }[]).filter((each) => each.action !== 'stay') }
  );
}
