import type { tf } from '../../base/backend';
import { expectInteger, Parameter } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { uniformFanIn } from '../layers';
import { alike, Bank } from './bank';
import type { ExpertShape, ExpertSpec } from './expertBank';
import { numberedLabels } from './numberedLabels';

/**
 * Experts that are linear maps of low rank, `x u v`: cheap guesses at what a larger module would say. Parameters are u [E, D, r] and
 * v [E, r, D].
 *
 * @throws {SwitchyardError} where the rank is less than 1.
 */
export function forecastExperts({ rank }: { rank: number }): ExpertSpec {
  expectInteger('forecastExperts', 'rank', rank, 1);
  return { kind: 'forecast', options: { rank }, build: (shape) => new ForecastExperts(rank, shape) };
}

class ForecastExperts extends Bank {
  readonly kind = 'forecast-experts';
  private readonly u: Parameter;
  private readonly v: Parameter;

  constructor(rank: number, { numExperts, width, random }: ExpertShape) {
    super(numExperts, numberedLabels(numExperts), alike(numExperts, 4 * width * rank));
    const matrix = (name: string, shape: number[]): Parameter =>
      this.addParameter(name, new Parameter(uniformFanIn()([numExperts, ...shape], random.child(name))));
    this.u = matrix('u', [width, rank]);
    this.v = matrix('v', [rank, width]);
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const inner = ops.groupedMatMul(rows, this.u.read() as tf.Tensor3D, plan);
    return ops.groupedMatMul(inner, this.v.read() as tf.Tensor3D, plan);
  }
}
