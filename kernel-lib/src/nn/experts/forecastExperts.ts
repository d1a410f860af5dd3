import type { tf } from '../../base/backend';
import { Axis, expectInteger, Parameter } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { initialize, uniformFanIn } from '../layers';
import { Bank, bankAxes } from './bank';
import type { ExpertShape, ExpertSpec } from './expertBank';
import { specs } from './specs';

/**
 * Experts that are linear maps of low rank, `x u v`: cheap guesses at what a larger module would say. Parameters are u [E, D, r] and
 * v [E, r, D].
 *
 * @throws {SwitchyardError} where the rank is less than 1.
 */
export function forecastExperts({ rank }: { rank: number }): ExpertSpec {
  expectInteger('adaptive.forecastExperts', 'rank', rank, 1);
  return { kind: 'forecast', options: { rank }, build: (shape) => new ForecastExperts(rank, shape) };
}

class ForecastExperts extends Bank {
  readonly kind = 'forecast-experts';
  override readonly products = ['u', 'v'];
  private readonly u: Parameter;
  private readonly v: Parameter;

  constructor(rank: number, shape: ExpertShape) {
    const { experts, width } = bankAxes(shape);
    super(experts);
    const r = Axis.of('rank', rank);
    const matrix = (name: string, axes: Axis[]): Parameter =>
      this.addParameter(
        name,
        Parameter.over([experts, ...axes], (sizes) => initialize(uniformFanIn(), sizes, shape.random.child(name)))
      );
    this.u = matrix('u', [width, r]);
    this.v = matrix('v', [r, width]);
  }

  protected override rowFlops(): number {
    const [, width, rank] = this.u.axes;
    return 4 * width.size * rank.size;
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D {
    const inner = this.multiply(rows, 'u', { matrix: this.u, plan, ctx });
    return this.multiply(inner, 'v', { matrix: this.v, plan, ctx });
  }
}

specs.register('forecast', forecastExperts);
