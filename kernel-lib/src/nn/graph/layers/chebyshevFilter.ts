import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectOneOf,
  Module,
  Parameter,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { Linear } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { type ChebyshevDamping, chebyshevTerms, dampingFactors, DAMPINGS } from '../operators/chebyshev';

/** Options of `graph.chebyshevFilter`. */
export interface ChebyshevFilterSpecOptions {
  /** Highest polynomial. */
  order: number;
  /** Factors of the terms: "jackson", "lanczos" or "none". Default "jackson". */
  damping?: ChebyshevDamping;
}

/** Options of `graph.ChebyshevFilter`. */
export interface ChebyshevFilterOptions extends ChebyshevFilterSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Damped Chebyshev filter (ChebGibbsNet, arXiv 2412.01789): `sum over k of g_k c_k T_k(L - I) (x W + b)`, with one coefficient c_k a term, which are learnt, and damping factors g_k, which are given; what a node holds is mapped
 * once, before it is propagated. Nodes [N, F] to [N, P]. Coefficients are 2^-k at first.
 */
export class ChebyshevFilter extends Module implements GraphLayer {
  readonly kind = 'chebyshev-filter';
  readonly outputs: Axis;
  readonly damping: Float64Array;
  private readonly map: Linear;
  private readonly coefficients: Parameter;

  constructor(options: ChebyshevFilterOptions) {
    const { inputWidth, outputWidth, order, damping = 'jackson', random } = given('graph.ChebyshevFilter', options);
    super();
    expectInteger('graph.ChebyshevFilter', 'order', order, 0);
    expectOneOf('graph.ChebyshevFilter', 'damping', damping, DAMPINGS);
    this.damping = dampingFactors(damping, order);
    this.outputs = Axis.of('outputs', outputWidth);
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('map') }));
    const first = (): tf.Tensor => tf.tensor1d(Array.from({ length: order + 1 }, (_, k) => 2 ** -k));
    this.coefficients = this.addParameter('coefficients', Parameter.over([Axis.fixed('steps', order + 1)], first, { decay: false })); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const terms = chebyshevTerms(this.map.apply(x, ctx.within('map')) as tf.Tensor2D, graph, this.damping.length - 1);
      const factors = tf.split(
        this.coefficients.read().mul(tf.tensor1d(Float32Array.from(this.damping))),
        terms.length
      );
      return tf.addN(terms.map((term, k) => term.mul(factors[k])));
    });
  }
}

/** The layer of a graph network: {@link ChebyshevFilter}. */
export function chebyshevFilter(options: ChebyshevFilterSpecOptions): GraphLayerSpec {
  return {
    kind: 'chebyshev-filter',
    options: { ...options },
    build: (shape) => new ChebyshevFilter({ ...options, ...shape })
  };
}

layerSpecs.register('chebyshev-filter', chebyshevFilter);
