import { tf } from '../../base/backend';
import { Axis, expectInteger, fail, refuseOldNames, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { Bank } from './bank';
import type { ExpertBank, ExpertSpec } from './expertBank';
import { regroup } from './regroup';
import { specs } from './specs';

/** Some experts of one kind. */
export interface MixedPart {
  /** How many. */
  count: number;
  expertKind: ExpertSpec;
}

/**
 * Experts of several kinds in one layer, in this order; labels say their kind, "zero 4". Parameters of part i are under
 * its kind and i, "plain0".
 *
 * @throws {SwitchyardError} where there are no parts or a count is less than 1; at build, where the counts do not sum to E.
 */
export function mixedExperts(of: readonly MixedPart[]): ExpertSpec {
  of.forEach((part) => refuseOldNames('moe.mixedExperts', part, { experts: 'expertKind' }));
  const parts = of.map(({ count, expertKind }) => ({ count, expertKind: specs.of(expertKind) }));
  parts.forEach(({ count }) => expectInteger('moe.mixedExperts', 'count', count, 1));
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  return {
    kind: 'mixed',
    options: { parts },
    build: (shape) => {
      if (sizeOf(shape.numExperts) !== total) {
        fail('moe.mixedExperts', `counts must sum to numExperts (${sizeOf(shape.numExperts)})`, total);
      }
      const shared = { width: Axis.of('width', shape.width), hidden: Axis.of('hidden', shape.hidden) };
      const names = parts.map(({ expertKind }, i) => `${nameOf(expertKind)}${i}`);
      const banks = parts.map(({ count, expertKind }, i) =>
        expertKind.build({ ...shape, ...shared, numExperts: count, random: shape.random.child(names[i]) })
      );
      return new MixedExperts(
        banks,
        names,
        parts.map(({ expertKind }) => nameOf(expertKind))
      );
    }
  };
}

function nameOf({ kind, label = kind }: ExpertSpec): string {
  return label;
}

class MixedExperts extends Bank {
  readonly kind = 'mixed-experts';

  constructor(
    private readonly banks: readonly ExpertBank[],
    private readonly names: readonly string[],
    private readonly kinds: readonly string[]
  ) {
    super(Axis.sum('experts', ...banks.map(({ experts }) => experts)));
    banks.forEach((bank, i) => this.addChild(names[i], bank));
  }

  override get labels(): readonly string[] {
    const kinds = this.banks.flatMap(({ numExperts }, i) => new Array<string>(numExperts).fill(this.kinds[i]));
    return kinds.map((kind, expert) => `${kind} ${this.experts.selection?.[expert] ?? expert}`);
  }

  override get flops(): readonly number[] {
    return this.banks.flatMap((bank) => bank.flops);
  }

  protected override rowFlops(): number {
    return this.ownFlops();
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    let first = 0;
    const outputs = this.banks.map((bank, i) => {
      const target = Array.from({ length: this.numExperts }, (_, e) =>
        e >= first && e < first + bank.numExperts ? e - first : -1
      );
      first += bank.numExperts;
      return regroup(rows, plan, { target, numExperts: bank.numExperts }, (sorted, inner) =>
        bank.applyGroups(sorted, inner, ctx.within(this.names[i]))
      );
    });
    return tf.addN(outputs);
  }
}

specs.register('mixed', ({ parts }: { parts: readonly MixedPart[] }) => mixedExperts(parts));
