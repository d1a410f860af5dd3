import { expectNumber } from '../../base/core';
import type { Point } from '../space';
import { Controller } from './controller';
import { strategies } from './strategy';
import type { Setting, Strategy } from './strategy';

/** Options of `nas.reinforce`. */
export interface ReinforceOptions {
  /** How far logits move for a reward that is one standard deviation above the mean. Default 0.2. */
  learningRate?: number;
  /** Weight of the policy's entropy, in nats. Default 0.01. */
  entropy?: number;
}

/**
 * A policy learnt by REINFORCE (10.1007/BF00992696): candidates are drawn from independent categorical distributions, one for each choice, and the choices of a
 * candidate that is better than the running mean become likelier (the controller of arXiv 1611.01578 without its recurrent network, as in NATS-Bench,
 * arXiv 2009.00437).
 */
export function reinforce({ learningRate = 0.2, entropy = 0.01 }: ReinforceOptions = {}): Strategy {
  expectNumber('nas.reinforce', 'learningRate', learningRate, 1e-9);
  expectNumber('nas.reinforce', 'entropy', entropy, 0);
  const options = { learningRate, entropy };
  return { kind: 'reinforce', options, start: (setting, saved) => new Reinforce(setting, saved, options) };
}

class Reinforce extends Controller<null> {
  constructor(
    setting: Setting,
    saved: unknown,
    private readonly options: Required<ReinforceOptions>
  ) {
    super('nas.reinforce', setting, saved, null);
  }

  protected learn(_id: number, point: Point, advantage: number): void {
    const { learningRate: rate, entropy: entropyWeight } = this.options;
    this.own.logits = this.policy.moved(this.own.logits, point, { rate, weight: advantage, entropyWeight });
  }
}

strategies.register('reinforce', reinforce);
