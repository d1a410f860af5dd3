import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  Module,
  Parameter,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { chebyshevTerms } from '../operators/chebyshev';

/** Options of `graph.chebyshev`. */
export interface ChebyshevSpecOptions {
  /** Highest polynomial, which hears as many steps far. */
  order: number;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
}

/** Options of `graph.Chebyshev`. */
export interface ChebyshevOptions extends ChebyshevSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/** Chebyshev convolution (ChebNet, arXiv 1606.09375): `sum over k of T_k(L - I) x W_k + b`, of the symmetrically normalised Laplacian without loops; nodes [N, F] to [N, P]. Edges count by the graph's weights. */
export class Chebyshev extends Module implements GraphLayer {
  readonly kind = 'chebyshev';
  readonly outputs: Axis;
  private readonly maps: readonly Linear[];
  private readonly bias: Parameter | null;

  constructor(options: ChebyshevOptions) {
    const { inputWidth, outputWidth, order, bias = true, random } = given('graph.Chebyshev', options);
    super();
    expectInteger('graph.Chebyshev', 'order', order, 0);
    const inputs = Axis.of('inputs', inputWidth);
    this.outputs = Axis.of('outputs', outputWidth);
    this.maps = Array.from(
      { length: order + 1 },
      (_, k) =>
      this.addChild(`${k}`, new Linear({ inputWidth: inputs, outputWidth: this.outputs, bias: false, initializer: xavierUniform(), random: random.child(k) })) // prettier-ignore
    );
    this.bias = bias ? this.addParameter('bias', Parameter.over([this.outputs], tf.zeros, { decay: false })) : null;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const terms = chebyshevTerms(x as tf.Tensor2D, graph, this.maps.length - 1);
      const y = tf.addN(terms.map((term, k) => this.maps[k].apply(term, ctx.within(`${k}`))));
      return this.bias === null ? y : y.add(this.bias.read());
    });
  }
}

/** The layer of a graph network: {@link Chebyshev}. */
export function chebyshev(options: ChebyshevSpecOptions): GraphLayerSpec {
  return { kind: 'chebyshev', options: { ...options }, build: (shape) => new Chebyshev({ ...options, ...shape }) };
}

layerSpecs.register('chebyshev', chebyshev);
