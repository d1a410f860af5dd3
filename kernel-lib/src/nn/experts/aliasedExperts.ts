import type { tf } from '../../base/backend';
import { Axis, expectInteger, fail, refuseOldNames, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { Bank } from './bank';
import type { ExpertBank, ExpertSpec, StackedFeedForwards } from './expertBank';
import { regroup } from './regroup';
import { specs } from './specs';

/** Options of `moe.aliasedExperts`. */
export interface AliasedExpertsOptions {
  /** Kind of the stored experts. */
  expertKind: ExpertSpec;
  /** The stored expert that each of the layer's experts is, 0..M-1, all used; [E]. */
  target: readonly number[];
}

/**
 * Experts that share weights: the layer's router chooses among E, of which only M differ. Merged layers keep their router
 * so. Parameters are those of `expertKind` with M in place of E, under "stored".
 *
 * @throws {SwitchyardError} where a stored expert is not used; at build, where the layer's E is not that of `target`.
 */
export function aliasedExperts({ target, ...options }: AliasedExpertsOptions): ExpertSpec {
  refuseOldNames('moe.aliasedExperts', options, { experts: 'expertKind' });
  const expertKind = specs.of(options.expertKind);
  const stored = Math.max(...target) + 1;
  target.forEach((each) => expectInteger('moe.aliasedExperts', 'target', each, 0));
  if (new Set(target).size !== stored) {
    fail('moe.aliasedExperts', `target must use all of 0..${stored - 1}`, target);
  }
  return {
    kind: 'aliased',
    gated: expertKind.gated,
    options: { expertKind, target },
    build: (shape) => {
      if (sizeOf(shape.numExperts) !== target.length) {
        fail('moe.aliasedExperts', `target must have numExperts (${sizeOf(shape.numExperts)}) entries`, target.length);
      }
      return new AliasedExperts(expertKind.build({ ...shape, numExperts: stored }), target);
    }
  };
}

class AliasedExperts extends Bank {
  readonly kind = 'aliased-experts';

  constructor(
    private readonly bank: ExpertBank,
    private readonly target: readonly number[]
  ) {
    super(Axis.of('aliases', target.length).pin('a table names stored experts by number'));
    bank.experts.pin('a table names stored experts by number');
    this.addChild('stored', bank);
  }

  override get labels(): readonly string[] {
    return this.target.map((each, expert) => `${expert} = ${this.bank.labels[each]}`);
  }

  override get flops(): readonly number[] {
    return this.target.map((each) => this.bank.flops[each]);
  }

  override feedForwards(): StackedFeedForwards | null {
    const stored = this.bank.feedForwards();
    return stored && { ...stored, target: this.target.map((each) => stored.target?.[each] ?? each) };
  }

  protected override rowFlops(): number {
    return this.ownFlops();
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    const { bank: stored, target } = this;
    return regroup(rows, plan, { target, numExperts: stored.numExperts }, (sorted, inner) =>
      stored.applyGroups(sorted, inner, ctx.within('stored'))
    );
  }
}

specs.register('aliased', aliasedExperts);
