import type { Draws, Point } from '../space';
import { expectOneObjective, PointSearcher } from './pointSearcher';
import { Policy } from './policy';
import type { Logits } from './policy';
import { costOf } from './strategy';
import type { Proposal, Setting, Told } from './strategy';

/** Draws that may be infeasible before a candidate is drawn evenly. */
const MOST_DRAWS = 200;
/** Share of the old in the running mean and variance of rewards. */
const MEMORY = 0.9;

/** State of a controller, as JSON. */
export interface ControllerState<S> {
  logits: Logits;
  /** Running mean and mean square of the distance to it; null before the first reward. */
  rewards: { mean: number; variance: number } | null;
  own: S;
}

/**
 * Base of strategies that learn a policy from rewards, which are costs turned round. A reward counts by how far it is above the running mean of
 * rewards, in their running standard deviations; a failed trial counts as one below the mean by two.
 */
export abstract class Controller<S> extends PointSearcher<ControllerState<S>> {
  protected readonly policy: Policy;

  constructor(where: string, setting: Setting, saved: unknown, fresh: S) {
    const policy = new Policy(setting.space);
    super(setting, saved, { logits: policy.even(), rewards: null, own: fresh });
    this.policy = policy;
    expectOneObjective(where, setting);
  }

  tell(told: Told): void {
    this.learn(told.id, told.point, this.advantage(costOf(told)));
  }

  protected abstract learn(id: number, point: Point, advantage: number): void;

  protected propose(next: Draws): Proposal {
    for (let i = 0; i < MOST_DRAWS; i++) {
      const point = this.policy.draw(this.own.logits, next);
      if (this.space.isFeasible(point)) {
        return { point };
      }
    }
    return { point: this.space.sample(next) };
  }

  private advantage(cost: number): number {
    const { rewards } = this.own;
    if (!Number.isFinite(cost)) {
      return -2;
    }
    if (rewards === null) {
      this.own.rewards = { mean: -cost, variance: 0 };
      return 0;
    }
    const away = -cost - rewards.mean;
    const variance = MEMORY * rewards.variance + (1 - MEMORY) * away * away;
    this.own.rewards = { mean: rewards.mean + (1 - MEMORY) * away, variance };
    return variance > 0 ? away / Math.sqrt(variance) : 0;
  }
}
