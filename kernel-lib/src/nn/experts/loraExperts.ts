import { tf } from '../../base/backend';
import { Axis, expectInteger, expectNumber, fail, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { activate, activateGate, FeedForward, GatedFeedForward } from '../layers';
import type { Linear } from '../layers';
import { LowRank } from '../layers/lowRank';
import { Bank, bankAxes } from './bank';
import type { ExpertShape, ExpertSpec } from './expertBank';
import { liveModule } from './live';
import { specs } from './specs';

/** Options of `peft.loraExperts`. */
export interface LoraExpertsOptions {
  /**
   * The network that all experts are variations of, or the name that a layer knows it by; it stays where it is, and its
   * parameters are not the bank's.
   */
  base: FeedForward | GatedFeedForward | string;
  /** r of each expert. */
  rank: number;
  /** The change is multiplied by alpha / r. Default: r. */
  alpha?: number;
}

/**
 * Experts that are one feed-forward network with low-rank changes of its matrices, a pair [D, r], [r, H] for each matrix and
 * expert (MixLoRA, arXiv 2404.15159): parameters "w1.a", "w1.b", and so on; all are the base at first.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where the layer is not of the base's widths.
 */
export function loraExperts(options: LoraExpertsOptions): ExpertSpec {
  const { base, rank, alpha = rank } = options;
  expectInteger('peft.loraExperts', 'rank', rank, 1);
  expectNumber('peft.loraExperts', 'alpha', alpha);
  return {
    kind: 'lora',
    options: { base, rank, alpha },
    build: (shape) => new LoraExperts({ base: liveModule('peft.loraExperts', base, shape.live), rank, alpha }, shape)
  };
}

class LoraExperts extends Bank {
  readonly kind = 'lora-experts';
  private readonly changes: ReadonlyMap<string, LowRank>;

  constructor(
    private readonly options: { base: FeedForward | GatedFeedForward; rank: number; alpha: number },
    shape: ExpertShape
  ) {
    const { experts } = bankAxes(shape);
    super(experts);
    const { base, rank, alpha } = options;
    const wanted = [sizeOf(shape.width), sizeOf(shape.hidden)];
    const [inputs, inner] = base.w1.weight.axes;
    if (inputs.size !== wanted[0] || inner.size !== wanted[1]) {
      fail('peft.loraExperts', `the layer must be of the base's widths [${inputs.size}, ${inner.size}]`, wanted);
    }
    const r = Axis.of('rank', rank);
    this.changes = new Map(
      [...base.children].map(([name, linear]) => {
        const axes = [experts, ...(linear as Linear).weight.axes];
        const random = shape.random.child(name);
        return [name, this.addChild(name, new LowRank({ shape: axes, rank: r, alpha, random }))];
      })
    );
  }

  protected override rowFlops(): number {
    const { base } = this.options;
    return [...base.children].reduce(
      (sum, [name, linear]) => sum + (linear as Linear).ownFlops() + this.changes.get(name)!.ownFlops(),
      0
    );
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    const { base } = this.options;
    const project = (name: string, linear: Linear, x: tf.Tensor2D): tf.Tensor2D => {
      const { a, b, scale } = this.changes.get(name)!;
      const inner = ops.groupedMatMul(x, a.read() as tf.Tensor3D, plan);
      const change = ops.groupedMatMul(inner, b.read() as tf.Tensor3D, plan).mul<tf.Tensor2D>(scale);
      return linear.apply(x, ctx.within(name)).add(change);
    };
    return tf.tidy(() => {
      const first = project('w1', base.w1, rows);
      const inner =
        base instanceof GatedFeedForward
          ? activateGate(base.activation, first, project('w3', base.w3, rows))
          : activate(base.activation, first);
      return project('w2', base.w2, inner);
    });
  }
}

/** Whether a module is a feed-forward network that {@link loraExperts} can vary. */
export function isFeedForward(module: unknown): module is FeedForward | GatedFeedForward {
  return module instanceof FeedForward || module instanceof GatedFeedForward;
}

specs.register('lora', loraExperts);
