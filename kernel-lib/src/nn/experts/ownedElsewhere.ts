import type { tf } from '../../base/backend';
import { fail, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { Bank } from './bank';
import type { ExpertBank, ExpertSpec } from './expertBank';

/**
 * Experts that another module owns: several layers can work with the same ones, and parameters are counted, saved and
 * trained once, where they are owned.
 *
 * @throws {SwitchyardError} at build, where the layer's E is not the bank's.
 */
export function ownedElsewhere(bank: ExpertBank): ExpertSpec {
  return {
    kind: 'owned-elsewhere',
    options: { kind: bank.kind },
    build: ({ numExperts }) => {
      if (sizeOf(numExperts) !== bank.numExperts) {
        fail('ownedElsewhere', `the bank must have numExperts (${sizeOf(numExperts)}) experts`, bank.numExperts);
      }
      return new OwnedElsewhere(bank);
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

  protected override rowFlops(): number {
    return this.ownFlops();
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    return this.bank.applyGroups(rows, plan, ctx);
  }
}
