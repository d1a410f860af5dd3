import { tf } from '../../base/backend';
import { Axis, Parameter } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { Bank, bankAxes } from './bank';
import type { ExpertBank, ExpertShape, ExpertSpec } from './expertBank';
import { plainExperts } from './plainExperts';
import { regroup } from './regroup';
import { specs } from './specs';

/** Options of `moe.modulatedExperts`. */
export interface ModulatedExpertsOptions {
  /** The block that all share. Default `moe.plainExperts()`. */
  block?: ExpertSpec;
}

/**
 * Experts that are one shared block with a feature-wise linear modulation each, `gamma_e * block(x) + beta_e` (MoFME,
 * arXiv 2312.16610): 2 D parameters an expert, gamma [E, D] and beta [E, D], initially ones and zeros, and the block's.
 */
export function modulatedExperts(options: ModulatedExpertsOptions = {}): ExpertSpec {
  const block = specs.of(options.block ?? plainExperts());
  return {
    kind: 'modulated',
    options: { block },
    build: (given) => {
      const shape = { ...given, width: Axis.of('width', given.width) };
      return new ModulatedExperts(block.build({ ...shape, numExperts: Axis.fixed('block', 1) }), shape);
    }
  };
}

class ModulatedExperts extends Bank {
  readonly kind = 'modulated-experts';
  private readonly gamma: Parameter;
  private readonly beta: Parameter;

  constructor(
    private readonly block: ExpertBank,
    shape: ExpertShape
  ) {
    const { experts, width } = bankAxes(shape);
    super(experts);
    this.addChild('block', block);
    this.gamma = this.addParameter('gamma', Parameter.over([experts, width], tf.ones, { decay: false }));
    this.beta = this.addParameter('beta', Parameter.over([experts, width], tf.zeros, { decay: false }));
  }

  protected override rowFlops(): number {
    return this.block.flops[0];
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    const target = new Array<number>(this.numExperts).fill(0);
    const shared = regroup(rows, plan, { target, numExperts: 1 }, (sorted, inner) =>
      this.block.applyGroups(sorted, inner, ctx.within('block'))
    );
    const ofRow = (parameter: Parameter): tf.Tensor2D =>
      ops.groupedBias(tf.zerosLike(shared), parameter.read() as tf.Tensor2D, plan);
    return shared.mul<tf.Tensor2D>(ofRow(this.gamma)).add(ofRow(this.beta));
  }
}

specs.register('modulated', modulatedExperts);
