import type { tf } from '../../base/backend';
import { Axis, expectInteger, fail, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { Bank } from './bank';
import type { ExpertBank, ExpertSpec } from './expertBank';
import { regroup } from './regroup';
import { specs } from './specs';

export interface AliasedExpertsOptions {
  /** What is stored. */
  experts: ExpertSpec;
  /** The stored expert that each of the layer's experts is, 0..M-1, all used; [E]. */
  target: readonly number[];
}

/**
 * Experts that share weights: the layer's router chooses among E, of which only M differ. Merged layers keep their router
 * so. Parameters are those of `experts` with M in place of E, under "stored".
 *
 * @throws {SwitchyardError} where a stored expert is not used; at build, where the layer's E is not that of `target`.
 */
export function aliasedExperts({ target, ...options }: AliasedExpertsOptions): ExpertSpec {
  const experts = specs.of(options.experts);
  const stored = Math.max(...target) + 1;
  target.forEach((each) => expectInteger('aliasedExperts', 'target', each, 0));
  if (new Set(target).size !== stored) {
    fail('aliasedExperts', `target must use all of 0..${stored - 1}`, target);
  }
  return {
    kind: 'aliased',
    options: { experts, target },
    build: (shape) => {
      if (sizeOf(shape.numExperts) !== target.length) {
        fail('aliasedExperts', `target must have numExperts (${sizeOf(shape.numExperts)}) entries`, target.length);
      }
      return new AliasedExperts(experts.build({ ...shape, numExperts: stored }), target);
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
