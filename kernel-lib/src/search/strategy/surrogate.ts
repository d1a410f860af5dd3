import { expectInteger } from '../../base/core';
import { crowding, paretoRanks } from '../../base/math';
import { predictors, ridge } from '../predictors';
import type { Fitted, Predictor } from '../predictors';
import type { Draws, Point } from '../space';
import { PointSearcher } from './pointSearcher';
import { strategies } from './strategy';
import type { Proposal, Setting, Strategy, Told } from './strategy';

/** Options of `nas.surrogate`. */
export interface SurrogateOptions {
  /** Random candidates that predictors are first fitted on. Default 20. */
  initial?: number;
  /** Candidates that live in the evolution on predictions. Default 30. */
  population?: number;
  /** Generations of it. Default 8. */
  generations?: number;
  /** Of each objective. Default `nas.predictors.ridge()`. */
  predictor?: Predictor;
}

type Trial = Pick<Told, 'id' | 'point' | 'violation'> & { costs: readonly number[] };

interface Member {
  point: Point;
  costs: number[];
  violation: number;
}

/**
 * Evolution on cheap predictors (arXiv 2202.12954): of what was tried, a predictor for each objective, on a candidate's encoding; an evolution of several
 * objectives on their predictions; and of its front a candidate that is tried in truth, and fitted on with the others.
 */
export function surrogate(options: SurrogateOptions = {}): Strategy {
  const { initial = 20, population = 30, generations = 8, predictor = ridge() } = options;
  expectInteger('nas.surrogate', 'initial', initial, 2);
  expectInteger('nas.surrogate', 'population', population, 2);
  expectInteger('nas.surrogate', 'generations', generations, 1);
  const resolved = { initial, population, generations, predictor };
  return {
    kind: 'surrogate',
    options: { ...resolved, predictor: { kind: predictor.kind, options: predictor.options } },
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
    const fitted = this.fit(next);
    const hash = (point: Point): string => this.space.hash(point);
    let members = ordered(fitted.members(this.own.tried.map(({ point }) => point)), hash).slice(0, population);
    for (let generation = 0; generation < generations; generation++) {
      const pick = (): Point =>
        members[Math.min(Math.floor(next() * members.length), Math.floor(next() * members.length))].point;
      const children = Array.from({ length: population }, () => {
        const crossed = next() < 0.5 ? this.space.cross(pick(), pick(), next) : null;
        return crossed !== null && next() < 0.5 ? crossed : this.space.mutate(crossed ?? pick(), next);
      });
      members = ordered([...members, ...fitted.members(children)], hash).slice(0, population);
    }
    fitted.dispose();
    return members;
  }

  /** Predictions of costs and of how far limits are exceeded. */
  private fit(next: Draws): { members(points: readonly Point[]): Member[]; dispose(): void } {
    const { tried } = this.own;
    const encode = (point: Point): number[] => this.space.encode(point);
    const rows = tried.map(({ point }) => encode(point));
    const stream = this.setting.random.child('fit').child(Math.floor(next() * 2 ** 31));
    const of = (values: readonly number[], name: string): Fitted =>
      this.options.predictor.fit(rows, values, stream.child(name));
    const costs = tried[0].costs.map((_, i) => of(tried.map((trial) => trial.costs[i]), `objective ${i}`)); // prettier-ignore
    const isLimited = tried.some(({ violation }) => violation > 0);
    const violation = isLimited ? of(tried.map((trial) => trial.violation), 'violation') : null; // prettier-ignore
    return {
      members(points) {
        const codes = points.map((point) => encode(point));
        const said = costs.map((fitted) => fitted.predict(codes));
        const beyond = violation?.predict(codes);
        return points.map((point, i) => ({
          point,
          costs: said.map((predictions) => predictions[i].mean),
          violation: Math.max(0, beyond?.[i].mean ?? 0)
        }));
      },
      dispose: () => [...costs, ...(violation === null ? [] : [violation])].forEach((fitted) => fitted.dispose())
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

strategies.register('surrogate', ({ predictor, ...rest }: SurrogateOptions) =>
  surrogate({ ...rest, ...(predictor && { predictor: predictors.of(predictor) }) })
);
