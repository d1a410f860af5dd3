import { expectInteger } from '../../base/core';
import type { Draws, Point } from '../space';
import { expectOneObjective, PointSearcher } from './pointSearcher';
import { costOf, strategies } from './strategy';
import type { Proposal, Setting, Strategy, Told } from './strategy';

/** Options of `nas.localSearch`. */
export interface LocalSearchOptions {
  /** Random candidates before the first climb. Default 10. */
  initial?: number;
}

interface State {
  /** Where the climb stands; null before there is such a place. */
  centre: { id: number; point: Point; cost: number } | null;
}

/**
 * Local search (arXiv 2004.08996): neighbours of the best candidate of the climb are tried in random order; one that is better is the new
 * centre. Where all neighbours have been tried, another climb begins at a random candidate.
 */
export function localSearch({ initial = 10 }: LocalSearchOptions = {}): Strategy {
  expectInteger('nas.localSearch', 'initial', initial, 1);
  return {
    kind: 'local-search',
    options: { initial },
    start: (setting, saved) => new LocalSearch(setting, saved, initial)
  };
}

class LocalSearch extends PointSearcher<State> {
  constructor(
    setting: Setting,
    saved: unknown,
    private readonly initial: number
  ) {
    super(setting, saved, { centre: null });
    expectOneObjective('nas.localSearch', setting);
  }

  tell(told: Told): void {
    const cost = costOf(told);
    if (cost < (this.own.centre?.cost ?? Infinity)) {
      this.own.centre = { id: told.id, point: told.point, cost };
    }
  }

  protected propose(next: Draws): Proposal {
    const { centre } = this.own;
    if (this.asked < this.initial || centre === null) {
      return { point: this.space.sample(next) };
    }
    const open = this.space.neighbours(centre.point, next).filter((point) => !this.isSeen(point));
    if (open.length === 0) {
      this.own.centre = null;
      return { point: this.space.sample(next) };
    }
    return { point: open[Math.floor(next() * open.length)], parent: centre.id };
  }
}

strategies.register('local-search', localSearch);
