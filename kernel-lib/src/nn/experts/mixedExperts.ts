import { tf } from '../../base/backend';
import { expectInteger, fail } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { Bank } from './bank';
import type { ExpertBank, ExpertSpec } from './expertBank';
import { regroup } from './regroup';

/** Some experts of one kind. */
export interface MixedPart {
  /** How many. */
  count: number;
  experts: ExpertSpec;
}

/**
 * Experts of several kinds in one layer, in this order; labels say their kind, "zero 4". Parameters of part i are under
 * its kind and i, "plain0".
 *
 * @throws {SwitchyardError} where there are no parts or a count is less than 1; at build, where the counts do not sum to E.
 */
export function mixedExperts(parts: readonly MixedPart[]): ExpertSpec {
  parts.forEach(({ count }) => expectInteger('mixedExperts', 'count', count, 1));
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  return {
    kind: 'mixed',
    options: { parts },
    build: (shape) => {
      if (shape.numExperts !== total) {
        fail('mixedExperts', `counts must sum to numExperts (${shape.numExperts})`, total);
      }
      const names = parts.map(({ experts }, i) => `${experts.kind}${i}`);
      const banks = parts.map(({ count, experts }, i) =>
        experts.build({ ...shape, numExperts: count, random: shape.random.child(names[i]) })
      );
      return new MixedExperts(banks, names, labelsOf(parts));
    }
  };
}

function labelsOf(parts: readonly MixedPart[]): string[] {
  const kinds = parts.flatMap(({ count, experts }) => new Array<string>(count).fill(experts.kind));
  return kinds.map((kind, expert) => `${kind} ${expert}`);
}

class MixedExperts extends Bank {
  readonly kind = 'mixed-experts';

  constructor(
    private readonly banks: readonly ExpertBank[],
    private readonly names: readonly string[],
    labels: readonly string[]
  ) {
    super(
      labels.length,
      labels,
      banks.flatMap((bank) => bank.flops)
    );
    banks.forEach((bank, i) => this.addChild(names[i], bank));
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    let first = 0;
    const outputs = this.banks.map((bank, i) => {
      const target = this.labels.map((_, e) => (e >= first && e < first + bank.numExperts ? e - first : -1));
      first += bank.numExperts;
      return regroup(rows, plan, { target, numExperts: bank.numExperts }, (sorted, inner) =>
        bank.applyGroups(sorted, inner, ctx.within(this.names[i]))
      );
    });
    return tf.addN(outputs);
  }
}
