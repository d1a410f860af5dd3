import type { tf } from '../../base/backend';
import { Axis, expectInteger, expectOneOf, fail, Module, Parameter } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { activate, activateGate, ACTIVATIONS, initialize, initializers, uniformFanIn } from '../layers';
import type { Activation, Initializer } from '../layers';
import { Bank, bankAxes } from './bank';
import type { ExpertShape, ExpertSpec } from './expertBank';
import { specs } from './specs';

/** Options of `moe.lowRankExperts`. */
export interface LowRankExpertsOptions {
  /** Rank of each matrix, r. */
  rank: number;
  /** The first hidden neurons, n, have a full column (row) of their own besides: structured sparse. Default 0. */
  dense?: number;
  /** Three matrices instead of two. Default false. */
  gated?: boolean;
  /** Default "gelu", or "silu" where gated. */
  activation?: Activation;
  /** Of all factors. Default `layers.uniformFanIn()`. */
  initializer?: Initializer;
}

/**
 * Feed-forward experts whose matrices are low-rank plus structured sparse (MC-SMoE, arXiv 2310.01334): `W = U V + S`, S with
 * values only in the columns (for w2, rows) of the first n hidden neurons. Parameters for each of w1, w2 and, gated, w3:
 * "w1.u" [E, D, r], "w1.v" [E, r, H] and "w1.s" [E, D, n].
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where n > H.
 */
export function lowRankExperts(options: LowRankExpertsOptions): ExpertSpec {
  const {
    rank,
    dense = 0,
    gated = false,
    activation = gated ? 'silu' : 'gelu',
    initializer: given = uniformFanIn()
  } = options;
  expectInteger('moe.lowRankExperts', 'rank', rank, 1);
  expectInteger('moe.lowRankExperts', 'dense', dense, 0);
  expectOneOf('moe.lowRankExperts', 'activation', activation, ACTIVATIONS);
  const initializer = initializers.of(given);
  const resolved = { rank, dense, gated, activation, initializer };
  return { kind: 'low-rank', gated, options: resolved, build: (shape) => new LowRankExperts(resolved, shape) };
}

class LowRankExperts extends Bank {
  readonly kind = 'low-rank-experts';
  private readonly w1: Factors;
  private readonly w2: Factors;
  private readonly w3: Factors | null;

  constructor(
    private readonly options: Required<LowRankExpertsOptions>,
    shape: ExpertShape
  ) {
    const { experts, width, hidden } = bankAxes(shape);
    super(experts);
    if (options.dense > hidden.size) {
      fail('moe.lowRankExperts', `dense must be at most the hidden width (${hidden.size})`, options.dense);
    }
    const dense = Axis.of('dense', options.dense);
    if (options.dense > 0) {
      hidden.pin('its first neurons are dense');
      dense.pin('the first neurons of the hidden width are dense');
    }
    const factors = (name: string, inputs: Axis, outputs: Axis): Factors =>
      this.addChild(
        name,
        new Factors({
          ...{ initializer: options.initializer, rank: Axis.of('rank', options.rank), dense, experts, inputs, outputs },
          ...{ sparseRows: name === 'w2', random: shape.random.child(name) }
        })
      );
    this.w1 = factors('w1', width, hidden);
    this.w3 = options.gated ? factors('w3', width, hidden) : null;
    this.w2 = factors('w2', hidden, width);
  }

  protected override rowFlops(): number {
    return [this.w1, this.w2, this.w3].reduce((sum, each) => sum + (each?.ownFlops() ?? 0), 0);
  }

  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const { activation } = this.options;
    const first = this.w1.multiply(rows, plan);
    const gated = this.w3?.multiply(rows, plan);
    const inner = gated === undefined ? activate(activation, first) : activateGate(activation, first, gated);
    return this.w2.multiply(inner, plan);
  }
}

interface FactorsOptions {
  initializer: Initializer;
  experts: Axis;
  inputs: Axis;
  outputs: Axis;
  rank: Axis;
  dense: Axis;
  /** S has values in the first rows, not columns. */
  sparseRows: boolean;
  random: ExpertShape['random'];
}

/** One matrix of every expert, `U V + S`. */
class Factors extends Module {
  readonly kind = 'low-rank-factors';
  private readonly u: Parameter;
  private readonly v: Parameter;
  private readonly s: Parameter | null;

  constructor(private readonly options: FactorsOptions) {
    super();
    const { rank, dense, initializer, inputs, outputs, sparseRows, experts, random } = options;
    const matrix = (name: string, axes: Axis[]): Parameter =>
      this.addParameter(
        name,
        Parameter.over([experts, ...axes], (sizes) => initialize(initializer, sizes, random.child(name)))
      );
    this.u = matrix('u', [inputs, rank]);
    this.v = matrix('v', [rank, outputs]);
    this.s = dense.size === 0 ? null : matrix('s', sparseRows ? [dense, outputs] : [inputs, dense]);
  }

  /** On a row of one expert. */
  override ownFlops(): number {
    return [this.u, this.v, this.s].reduce(
      (sum, each) => sum + (each === null ? 0 : 2 * each.axes[1].size * each.axes[2].size),
      0
    );
  }

  apply(): never {
    return fail('moe.lowRankExperts', 'factors are multiplied by group', 'apply');
  }

  multiply(x: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const { dense, outputs, sparseRows } = this.options;
    const times = (y: tf.Tensor2D, w: Parameter): tf.Tensor2D => ops.groupedMatMul(y, w.read() as tf.Tensor3D, plan);
    const low = times(times(x, this.u), this.v);
    if (this.s === null) {
      return low;
    }
    const sparse = sparseRows ? times(x.slice([0, 0], [-1, dense.size]), this.s) : times(x, this.s);
    return low.add(
      sparseRows
        ? sparse
        : sparse.pad([
            [0, 0],
            [0, outputs.size - dense.size]
          ])
    );
  }
}

specs.register('low-rank', lowRankExperts);
