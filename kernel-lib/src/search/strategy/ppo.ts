import { expectInteger, expectNumber } from '../../base/core';
import type { Point } from '../space';
import { Controller } from './controller';
import { strategies } from './strategy';
import type { Proposal, Setting, Strategy } from './strategy';

/** Options of `nas.ppo`. */
export interface PpoOptions {
  /** Trials that are learnt from together. Default 8. */
  batch?: number;
  /** Times that a batch is gone through. Default 4. */
  epochs?: number;
  /** How far the probability of a candidate may move from that with which it was drawn, as a share. Default 0.2. */
  clip?: number;
  /** How far logits move for a reward that is one standard deviation above the mean. Default 0.2. */
  learningRate?: number;
  /** Weight of the policy's entropy, in nats. Default 0.01. */
  entropy?: number;
}

interface Experience {
  point: Point;
  /** With which it was drawn. */
  logProbability: number;
  advantage: number;
}

interface State {
  /** Of the trials under way, by the number of their ask. */
  drawn: Record<number, number>;
  batch: Experience[];
}

/**
 * A policy learnt by proximal policy optimisation (arXiv 1707.06347, the clipped objective): candidates are drawn from independent categorical
 * distributions, one for each choice; of a batch of trials the policy learns several times, and no further than a candidate's probability may move.
 */
export function ppo(options: PpoOptions = {}): Strategy {
  const where = 'nas.ppo';
  const { batch = 8, epochs = 4, clip = 0.2, learningRate = 0.2, entropy = 0.01 } = options;
  expectInteger(where, 'batch', batch, 1);
  expectInteger(where, 'epochs', epochs, 1);
  expectNumber(where, 'clip', clip, 1e-9);
  expectNumber(where, 'learningRate', learningRate, 1e-9);
  expectNumber(where, 'entropy', entropy, 0);
  const resolved = { batch, epochs, clip, learningRate, entropy };
  return { kind: 'ppo', options: resolved, start: (setting, saved) => new Ppo(setting, saved, resolved) };
}

class Ppo extends Controller<State> {
  constructor(
    setting: Setting,
    saved: unknown,
    private readonly options: Required<PpoOptions>
  ) {
    super('nas.ppo', setting, saved, { drawn: {}, batch: [] });
  }

  override ask(id: number): Proposal | 'done' {
    const proposal = super.ask(id);
    if (proposal !== 'done') {
      this.own.own.drawn[id] = this.policy.logProbability(this.own.logits, proposal.point);
    }
    return proposal;
  }

  protected learn(id: number, point: Point, advantage: number): void {
    const { own, logits } = this.own;
    const logProbability = own.drawn[id] ?? this.policy.logProbability(logits, point);
    Reflect.deleteProperty(own.drawn, id);
    own.batch.push({ point, logProbability, advantage });
    if (own.batch.length >= this.options.batch) {
      this.improve(own.batch);
      own.batch = [];
    }
  }

  private improve(batch: readonly Experience[]): void {
    const { epochs, clip, learningRate: rate, entropy: entropyWeight } = this.options;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const { point, logProbability, advantage } of batch) {
        const ratio = Math.exp(this.policy.logProbability(this.own.logits, point) - logProbability);
        const isClipped = advantage > 0 ? ratio > 1 + clip : ratio < 1 - clip;
        const weight = isClipped ? 0 : ratio * advantage;
        this.own.logits = this.policy.moved(this.own.logits, point, { rate, weight, entropyWeight });
      }
    }
  }
}

strategies.register('ppo', ppo);
