import { expectInteger, expectNumber } from '../../base/core';
import type { Draws, Point } from '../space';
import { expectOneObjective, PointSearcher } from './pointSearcher';
import { costOf, strategies } from './strategy';
import type { Proposal, Setting, Strategy, Told } from './strategy';

/** Options of `nas.agedEvolution`. */
export interface AgedEvolutionOptions {
  /** Candidates that live. Default 20. */
  population?: number;
  /** Of them, drawn for each child, the best of whom becomes its parent. Default 5. */
  sample?: number;
  /** Chance of each choice to be another in a child, above 0 to 1. Default: one choice of each child is, as in the paper. */
  mutationRate?: number;
}

interface Member {
  id: number;
  point: Point;
  cost: number;
}

/**
 * Aged (regularized) evolution (arXiv 1802.01548): a random population first; then each child is the mutant of the best of a sample, and
 * the oldest member goes, however good it is. The study keeps the best apart. Of equal members of a sample the first drawn is the parent.
 *
 * A child that was tried before is drawn anew, so that no trial is spent on it: other libraries try it again, as `repeats: true` of the study does, and are the worse for it in spaces of few choices.
 */
export function agedEvolution({ population = 20, sample = 5, mutationRate }: AgedEvolutionOptions = {}): Strategy {
  expectInteger('nas.agedEvolution', 'population', population, 1);
  expectInteger('nas.agedEvolution', 'sample', sample, 1, population);
  if (mutationRate !== undefined) {
    expectNumber('nas.agedEvolution', 'mutationRate', mutationRate, Number.MIN_VALUE, 1);
  }
  const options = { population, sample, ...(mutationRate !== undefined && { mutationRate }) };
  return {
    kind: 'aged-evolution',
    options,
    start: (setting, saved) => new AgedEvolution(setting, saved, options)
  };
}

class AgedEvolution extends PointSearcher<{ members: Member[] }> {
  constructor(
    setting: Setting,
    saved: unknown,
    private readonly options: Required<Omit<AgedEvolutionOptions, 'mutationRate'>> & AgedEvolutionOptions
  ) {
    super(setting, saved, { members: [] });
    expectOneObjective('nas.agedEvolution', setting);
  }

  tell(told: Told): void {
    const cost = costOf(told);
    if (cost < Infinity) {
      this.own.members.push({ id: told.id, point: told.point, cost });
      this.own.members.splice(0, this.own.members.length - this.options.population);
    }
  }

  protected propose(next: Draws): Proposal {
    const { members } = this.own;
    if (this.asked < this.options.population || members.length === 0) {
      return { point: this.space.sample(next) };
    }
    const drawn = drawOf(members, this.options.sample, next);
    const parent = drawn.reduce((best, each) => (each.cost < best.cost ? each : best));
    return { point: this.space.mutate(parent.point, next, this.options.mutationRate), parent: parent.id };
  }
}

/** So many of a list, each once. */
function drawOf<T>(items: readonly T[], count: number, next: Draws): T[] {
  const left = [...items];
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(Math.floor(next() * left.length), 1)[0]
  );
}

strategies.register('aged-evolution', agedEvolution);
