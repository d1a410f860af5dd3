import { tf } from '../../base/backend';
import { Axis, expectInteger, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import type { FeedForward } from '../layers';
import { Bank } from './bank';
import type { ExpertSpec } from './expertBank';
import { liveModule } from './live';
import { specs } from './specs';

/** Options of `adaptive.recursiveFFN`. */
export interface RecursiveFFNOptions {
  /** Network that owns the weights, or the name that a layer knows it by. */
  base: FeedForward | string;
  /** Most times that a token goes through it, R. */
  maxSteps: number;
}

/**
 * Experts that apply one network once, twice, ..., R times, each time to the token and what was added to it before (the depth of
 * VersatileFFN, arXiv 2512.14531; that it adds up is chosen here): `y_r = y_(r-1) + f(x + y_(r-1))`, so that one step is the
 * network itself. No parameters of their own. A token's further steps are not computed.
 *
 * @throws {SwitchyardError} where maxSteps is less than 1; at build, where E is not maxSteps.
 */
export function recursiveFFN({ base, maxSteps }: RecursiveFFNOptions): ExpertSpec {
  expectInteger('adaptive.recursiveFFN', 'maxSteps', maxSteps, 1);
  return {
    kind: 'recursive',
    options: { base, maxSteps },
    build: ({ numExperts, live }) => {
      expectInteger('adaptive.recursiveFFN', 'numExperts', sizeOf(numExperts), maxSteps, maxSteps);
      return new RecursiveExperts(liveModule('adaptive.recursiveFFN', base, live), maxSteps);
    }
  };
}

class RecursiveExperts extends Bank {
  readonly kind = 'recursive-experts';

  constructor(
    private readonly base: FeedForward,
    maxSteps: number
  ) {
    super(Axis.fixed('steps', maxSteps));
  }

  override get labels(): readonly string[] {
    return Array.from({ length: this.numExperts }, (_, i) => `${i + 1} ${i === 0 ? 'step' : 'steps'}`);
  }

  override get flops(): readonly number[] {
    return Array.from({ length: this.numExperts }, (_, i) => (i + 1) * this.rowFlops());
  }

  /** Of one step. */
  protected override rowFlops(): number {
    const [width, hidden] = this.base.w1.weight.axes;
    return 4 * width.size * hidden.size;
  }

  applyGroups(rows: tf.Tensor2D, { offsets, numExperts }: DispatchPlan, ctx: Context): tf.Tensor2D {
    // Sorted by steps: those that go on are the rows behind.
    const done: tf.Tensor2D[] = [];
    const step = (x: tf.Tensor2D): tf.Tensor2D => this.base.apply(x, ctx) as tf.Tensor2D;
    let [x, sum] = [rows, tf.zerosLike(rows)];
    for (let r = 0; r < numExperts && x.shape[0] > 0; r++) {
      const next = sum.add<tf.Tensor2D>(step(x.add(sum)));
      const ending = offsets[r + 1] - offsets[r];
      done.push(next.slice([0, 0], [ending, -1]));
      [x, sum] = [x, next].map((each) => each.slice<tf.Tensor2D>([ending, 0], [-1, -1]));
    }
    return tf.concat(done);
  }
}

specs.register('recursive', recursiveFFN);
