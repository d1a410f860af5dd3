import { tf } from '../../base/backend';
import { expectNumber, fail, refuseOldNames } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { Bank } from './bank';
import type { ExpertBank, ExpertSpec, StackedFeedForwards } from './expertBank';
import { specs } from './specs';

/** Options of `moe.averagedExperts`. */
export interface AveragedExpertsOptions {
  expertKind: ExpertSpec;
  /** How far each expert moves toward the mean of all after a step, 0..1. */
  beta: number;
}

/**
 * Experts that are pulled toward each other while they train (Experts Weights Averaging, arXiv 2308.06093): after each step
 * `w_e += beta (mean - w_e)`, which keeps the mean and multiplies the variance by `(1 - beta)^2`. `moe.averageToDense` makes
 * one network of them in the end. Parameters are those of `expertKind`, under "each".
 *
 * @throws {SwitchyardError} where beta is out of range.
 */
export function averagedExperts({ beta, ...options }: AveragedExpertsOptions): ExpertSpec {
  refuseOldNames('moe.averagedExperts', options, { experts: 'expertKind' });
  const expertKind = specs.of(options.expertKind);
  expectNumber('moe.averagedExperts', 'beta', beta, 0, 1);
  return {
    kind: 'averaged',
    gated: expertKind.gated,
    options: { expertKind, beta },
    build: (shape) => new AveragedExperts(expertKind.build(shape), beta)
  };
}

class AveragedExperts extends Bank {
  readonly kind = 'averaged-experts';

  constructor(
    private readonly each: ExpertBank,
    private readonly beta: number
  ) {
    super(each.experts);
    this.addChild('each', each);
  }

  override get labels(): readonly string[] {
    return this.each.labels;
  }

  override get flops(): readonly number[] {
    return this.each.flops;
  }

  override feedForwards(): StackedFeedForwards | null {
    return this.each.feedForwards();
  }

  protected override rowFlops(): number {
    return this.ownFlops();
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    if (ctx.training) {
      ctx.afterPass(() => this.pull());
    }
    return this.each.applyGroups(rows, plan, ctx.within('each'));
  }

  private pull(): void {
    tf.tidy(() =>
      this.each.parameters().forEach(({ axes, variable }, path) => {
        if (axes[0] !== this.experts) {
          fail('moe.averagedExperts', 'the first axis of every parameter must be that of the experts', path);
        }
        variable.assign(variable.add(variable.mean(0, true).sub(variable).mul(this.beta)));
      })
    );
  }
}

specs.register('averaged', averagedExperts);
