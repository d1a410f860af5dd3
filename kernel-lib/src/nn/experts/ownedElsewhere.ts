import type { tf } from '../../base/backend';
import { fail, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { Bank } from './bank';
import type { ExpertBank, ExpertSpec, StackedFeedForwards } from './expertBank';
import { liveModule } from './live';
import { specs } from './specs';

/**
 * Experts that another module owns: several layers can work with the same ones, and parameters are counted, saved and
 * trained once, where they are owned.
 *
 * @param bank - The experts, or the name that a layer knows them by.
 * @throws {SwitchyardError} at build, where the layer's E is not the bank's.
 */
export function ownedElsewhere(bank: ExpertBank | string): ExpertSpec {
  return {
    kind: 'owned-elsewhere',
    options: { bank },
    build: ({ numExperts, live }) => {
      const owned = liveModule('moe.ownedElsewhere', bank, live);
      if (sizeOf(numExperts) !== owned.numExperts) {
        fail('moe.ownedElsewhere', `the bank must have numExperts (${sizeOf(numExperts)}) experts`, owned.numExperts);
      }
      return new OwnedElsewhere(owned);
    }
  };
}

class OwnedElsewhere extends Bank {
  readonly kind = 'owned-elsewhere';

  constructor(private readonly bank: ExpertBank) {
    super(bank.experts);
  }

  override get labels(): readonly string[] {
    return this.bank.labels;
  }

  override get flops(): readonly number[] {
    return this.bank.flops;
  }

  override feedForwards(): StackedFeedForwards | null {
    return this.bank.feedForwards();
  }

  protected override rowFlops(): number {
    return this.ownFlops();
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    return this.bank.applyGroups(rows, plan, ctx);
  }
}

specs.register('owned-elsewhere', ({ bank }: { bank: string }) => ownedElsewhere(bank));
