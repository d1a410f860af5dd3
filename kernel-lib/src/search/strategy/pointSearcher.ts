import { fail } from '../../base/core';
import type { Draws, Point, Space } from '../space';
import type { Proposal, Searcher, Setting, Told } from './strategy';

/** Proposals in a row that may have been made before. */
const MOST_REPEATS = 200;
/** A space of so many candidates is gone through for those that are left. */
const MOST_LISTED = 200_000;

interface Saved<S> {
  seen: string[];
  asked: number;
  own: S;
}

/**
 * Base of strategies whose proposals are single candidates. What was proposed once is not proposed again, unless repeats are asked for:
 * a strategy that finds nothing new gets an untried candidate drawn evenly, and where there is none it is done.
 */
export abstract class PointSearcher<S> implements Searcher {
  private readonly seen: Set<string>;
  protected readonly space: Space;
  /** Proposals made. */
  protected asked: number;
  protected own: S;

  constructor(
    protected readonly setting: Setting,
    saved: unknown,
    fresh: S
  ) {
    const { seen, asked, own } = (saved as Saved<S> | undefined) ?? { seen: [], asked: 0, own: fresh };
    this.seen = new Set(seen);
    this.asked = asked;
    this.own = structuredClone(own);
    this.space = setting.space;
  }

  ask(id: number): Proposal | 'done' {
    const proposal = this.newProposal(id) ?? 'done';
    this.asked += proposal === 'done' ? 0 : 1;
    return proposal;
  }

  abstract tell(told: Told): void;

  save(): Saved<S> {
    return { seen: [...this.seen], asked: this.asked, own: structuredClone(this.own) };
  }

  /** A candidate that may have been proposed before; null where there is none. */
  protected abstract propose(next: Draws): Proposal | null;

  /** True where a point has been proposed. */
  protected isSeen(point: Point): boolean {
    return this.seen.has(this.space.hash(point));
  }

  private newProposal(id: number): Proposal | null {
    const next = this.setting.random.child(id).generator();
    for (let i = 0; i < MOST_REPEATS; i++) {
      const proposal = this.propose(next);
      if (proposal === null) {
        return null;
      }
      if (this.take(proposal.point)) {
        return proposal;
      }
    }
    const point = this.untried(next);
    if (point === null) {
      return null;
    }
    this.take(point);
    return { point };
  }

  private take(point: Point): boolean {
    const hash = this.space.hash(point);
    const isNew = !this.seen.has(hash);
    this.seen.add(hash);
    return isNew || this.setting.repeats;
  }

  private untried(next: Draws): Point | null {
    if (this.space.size <= MOST_LISTED) {
      const left = [...this.space.points()].filter((point) => !this.isSeen(point));
      return left.length === 0 ? null : left[Math.floor(next() * left.length)];
    }
    for (let i = 0; i < MOST_REPEATS * 10; i++) {
      const point = this.space.sample(next);
      if (!this.isSeen(point)) {
        return point;
      }
    }
    return null;
  }
}

/** Throws where there are several objectives, and a strategy can follow one. */
export function expectOneObjective(where: string, { objectives }: Setting): void {
  if (objectives !== 1) {
    fail(where, 'there must be one objective (nas.genetic and nas.optuna take several)', objectives);
  }
}
