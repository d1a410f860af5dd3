import { expectInteger, expectNumber } from '../../base/core';
import { crowding, paretoRanks } from '../../base/math';
import { solvePositive } from '../../base/math/solvePositive';
import type { Draws, Point } from '../space';
import { PointSearcher } from './pointSearcher';
import { strategies } from './strategy';
import type { Proposal, Setting, Strategy, Told } from './strategy';

export interface SurrogateOptions {
  /** Random candidates that predictors are first fitted on. Default 20. */
  initial?: number;
  /** Candidates that live in the evolution on predictions. Default 30. */
  population?: number;
  /** Generations of it. Default 8. */
  generations?: number;
  /** Added to the diagonal of the ridge regressions. Default 0.01. */
  ridge?: number;
}

type Trial = Pick<Told, 'id' | 'point' | 'violation'> & { costs: readonly number[] };

interface Member {
  point: Point;
  costs: number[];
  violation: number;
}

/**
 * Evolution on cheap predictors (arXiv 2202.12954): of what was tried, a ridge regression for each objective, on a candidate's encoding and its squares; an
 * evolution of several objectives on their predictions; and of its front a candidate that is tried in truth, and fitted on with the others.
 */
export function surrogate(options: SurrogateOptions = {}): Strategy {
  const { initial = 20, population = 30, generations = 8, ridge = 0.01 } = options;
  expectInteger('nas.surrogate', 'initial', initial, 2);
  expectInteger('nas.surrogate', 'population', population, 2);
  expectInteger('nas.surrogate', 'generations', generations, 1);
  expectNumber('nas.surrogate', 'ridge', ridge, 1e-9);
  const resolved = { initial, population, generations, ridge };
  return {
    kind: 'surrogate',
    options: resolved,
    start: (setting, saved) => new Surrogate(setting, saved, resolved)
  };
}

class Surrogate extends PointSearcher<{ tried: Trial[] }> {
  constructor(
    setting: Setting,
    saved: unknown,
    private readonly options: Required<SurrogateOptions>
  ) {
    super(setting, saved, { tried: [] });
  }

  tell({ id, point, costs, violation }: Told): void {
    if (costs !== null) {
      // In the order of their numbers, whichever ended first.
      this.own.tried = [...this.own.tried, { id, point, costs, violation }].sort((a, b) => a.id - b.id);
    }
  }

  protected propose(next: Draws): Proposal {
    const { tried } = this.own;
    if (this.asked < this.options.initial || tried.length < 2) {
      return { point: this.space.sample(next) };
    }
    const members = this.evolve(next).filter(({ point }) => !this.isSeen(point));
    const front = members.filter(({ rank, violation }) => rank === members[0].rank && violation === members[0].violation); // prettier-ignore
    return { point: front.length === 0 ? this.space.sample(next) : front[Math.floor(next() * front.length)].point };
  }

  /** Candidates that predictions call best, in order. */
  private evolve(next: Draws): (Member & { rank: number })[] {
    const { population, generations } = this.options;
    const { tried } = this.own;
    const predict = this.fit();
    const member = (point: Point): Member => ({ point, ...predict(point) });
    let members = ordered(tried.map(({ point }) => member(point)), this.space.hash.bind(this.space)).slice(0, population); // prettier-ignore
    for (let generation = 0; generation < generations; generation++) {
      const pick = (): Point => members[Math.min(Math.floor(next() * members.length), Math.floor(next() * members.length))].point; // prettier-ignore
      const children = Array.from({ length: population }, () => {
        const crossed = next() < 0.5 ? this.space.cross(pick(), pick(), next) : null;
        return crossed !== null && next() < 0.5 ? crossed : this.space.mutate(crossed ?? pick(), next);
      });
      members = ordered([...members, ...children.map(member)], this.space.hash.bind(this.space)).slice(0, population);
    }
    return members;
  }

  /** A prediction of costs and of how far limits are exceeded. */
  private fit(): (point: Point) => Omit<Member, 'point'> {
    const { tried } = this.own;
    const features = (point: Point): number[] => {
      const code = this.space.encode(point);
      return [1, ...code, ...code.map((value) => value * value)];
    };
    const rows = tried.map(({ point }) => features(point));
    const gram = rows[0].map((_, i) =>
      rows[0].map((__, j) => rows.reduce((sum, row) => sum + row[i] * row[j], i === j ? this.options.ridge : 0))
    );
    const regress = (values: readonly number[]): ((x: readonly number[]) => number) => {
      const moments = gram.map((_, i) => rows.reduce((sum, row, n) => sum + row[i] * values[n], 0));
      // Positive definite: the diagonal was raised.
      const weights = solvePositive(gram, moments)!;
      return (x) => x.reduce((sum, value, i) => sum + value * weights[i], 0);
    };
    const costs = tried[0].costs.map((_, objective) => regress(tried.map((trial) => trial.costs[objective])));
    const isLimited = tried.some(({ violation }) => violation > 0);
    const violation = isLimited ? regress(tried.map((trial) => trial.violation)) : () => 0;
    return (point) => {
      const x = features(point);
      return { costs: costs.map((of) => of(x)), violation: Math.max(0, violation(x)) };
    };
  }
}

/** Different members, the best first: by what they exceed limits, by front, then by how alone they stand there. */
function ordered(members: readonly Member[], hash: (point: Point) => string): (Member & { rank: number })[] {
  const own = [...new Map(members.map((member) => [hash(member.point), member])).values()];
  const ranks = paretoRanks(own.map(({ costs }) => costs));
  const alone = new Map<Member, number>();
  for (const rank of new Set(ranks)) {
    const front = own.filter((_, i) => ranks[i] === rank);
    crowding(front.map(({ costs }) => costs)).forEach((value, i) => alone.set(front[i], value));
  }
  return own
    .map((member, i) => ({ ...member, rank: ranks[i], alone: Math.min(alone.get(member)!, Number.MAX_VALUE) }))
    .sort((a, b) => a.violation - b.violation || a.rank - b.rank || b.alone - a.alone);
}

strategies.register('surrogate', surrogate);
