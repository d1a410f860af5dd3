import { expectInteger, expectNumber } from '../../base/core';
import { crowding, paretoRanks } from '../../base/math';
import type { Draws, Point } from '../space';
import { PointSearcher } from './pointSearcher';
import { strategies } from './strategy';
import type { Proposal, Setting, Strategy, Told } from './strategy';

/** Options of `nas.genetic`. */
export interface GeneticOptions {
  /** Candidates that live. Default 20. */
  population?: number;
  /** Share of the children that have two parents. Default 0.9. */
  crossover?: number;
  /** Share of the children that are changed in a choice. A child of one parent always is. Default 0.5. */
  mutation?: number;
}

interface Member {
  id: number;
  point: Point;
  costs: readonly number[];
  violation: number;
  rank: number;
  alone: number;
}

/**
 * Genetic search with crossover, for one objective or several: of all that was tried the best live, by what they exceed limits, then by the
 * front they are on, then by how alone they stand there (the order of NSGA-II, 10.1109/4235.996017); parents win a contest of two. A child
 * replaces the worst as soon as it is told, so that no worker waits for a generation.
 */
export function genetic({ population = 20, crossover = 0.9, mutation = 0.5 }: GeneticOptions = {}): Strategy {
  expectInteger('nas.genetic', 'population', population, 2);
  expectNumber('nas.genetic', 'crossover', crossover, 0, 1);
  expectNumber('nas.genetic', 'mutation', mutation, 0, 1);
  const options = { population, crossover, mutation };
  return { kind: 'genetic', options, start: (setting, saved) => new Genetic(setting, saved, options) };
}

class Genetic extends PointSearcher<{ members: Member[] }> {
  constructor(
    setting: Setting,
    saved: unknown,
    private readonly options: Required<GeneticOptions>
  ) {
    super(setting, saved, { members: [] });
  }

  tell({ id, point, costs, violation }: Told): void {
    if (costs !== null) {
      const members = [...this.own.members, { id, point, costs, violation, rank: 0, alone: 0 }];
      this.own.members = ordered(members).slice(0, this.options.population);
    }
  }

  protected propose(next: Draws): Proposal {
    const { members } = this.own;
    const { population, crossover, mutation } = this.options;
    if (this.asked < population || members.length < 2) {
      return { point: this.space.sample(next) };
    }
    const parent = contest(members, next);
    const child = next() < crossover ? this.space.cross(parent.point, contest(members, next).point, next) : null;
    const changed = child === null || next() < mutation;
    return { point: changed ? this.space.mutate(child ?? parent.point, next) : child, parent: parent.id };
  }
}

/** The better of two members drawn. */
function contest(members: readonly Member[], next: Draws): Member {
  const [a, b] = [0, 1].map(() => Math.floor(next() * members.length));
  // They lie in order, the best first.
  return members[Math.min(a, b)];
}

/** Members in order, the best first; of equal ones the oldest. */
function ordered(members: readonly Member[]): Member[] {
  const ranks = paretoRanks(members.map(({ costs }) => costs));
  const placed = members.map((member, i) => ({ ...member, rank: ranks[i] }));
  const fronts = [...new Set(ranks)].flatMap((rank) => {
    const front = placed.filter((member) => member.rank === rank);
    const alone = crowding(front.map(({ costs }) => costs));
    return front.map((member, i) => ({ ...member, alone: Math.min(alone[i], Number.MAX_VALUE) }));
  });
  return fronts.sort((a, b) => a.violation - b.violation || a.rank - b.rank || b.alone - a.alone || a.id - b.id);
}

strategies.register('genetic', genetic);
