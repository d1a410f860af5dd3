import { tf } from '../../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, fail, Module, Parameter, type Random, type Size, given } from '../../../base/core'; // prettier-ignore
import { edgeSoftmax, edgeSum, neighbourSolve } from '../../../base/ops/graph';
import { initialize, Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { publishNeighbours } from '../publishNeighbours';

/** Options of `graph.convergent`. */
export interface ConvergentSpecOptions {
  /** Maps whose fixed points stand side by side, H; they divide the output's width. Default 1. */
  heads?: number;
  /** Sum of the weights that enter a node, above 0 and below 1: how far is heard. Default 0.9. */
  contraction?: number;
}

/** Options of `graph.Convergent`. */
export interface ConvergentOptions extends ConvergentSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/**
 * Convergent graph solver (CGS, arXiv 2106.01680): the fixed point of `z = c S z + h`, h = x W + b, of each head, with S the shares that a node's edges have by a softmax of scores of what their ends hold, and c the contraction; it
 * is one, whatever the graph, by Banach's theorem. Nodes [N, F] to [N, P]. Gradients are those of the fixed point (`graph.neighbourSolve`). Observers of "routing" are told the shares. The graph's weights are not read.
 */
export class Convergent extends Module implements GraphLayer {
  readonly kind = 'convergent';
  readonly outputs: Axis;
  private readonly heads: Axis;
  private readonly headWidth: Axis;
  private readonly map: Linear;
  private readonly attend: Record<'source' | 'target', Parameter>;
  private readonly contraction: number;

  constructor(options: ConvergentOptions) {
    const { inputWidth, outputWidth, heads = 1, contraction = 0.9, random } = given('graph.Convergent', options);
    super();
    expectInteger('graph.Convergent', 'heads', heads, 1);
    expectNumber('graph.Convergent', 'contraction', contraction, 0, 1);
    if (contraction === 0 || contraction === 1) {
      fail('graph.Convergent', 'contraction must be above 0 and below 1', contraction);
    }
    if (outputWidth % heads !== 0) {
      fail('graph.Convergent', `heads must divide the output's width (${outputWidth})`, heads);
    }
    this.contraction = contraction;
    this.heads = Axis.fixed('heads', heads);
    this.headWidth = Axis.of('headWidth', outputWidth / heads);
    this.outputs = Axis.product('heads x headWidth', this.heads, this.headWidth);
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('map') }));
    const make = (name: string): Parameter =>
      this.addParameter(name, Parameter.over([this.heads, this.headWidth], (shape) => initialize(xavierUniform(), shape, random.child(name)))); // prettier-ignore
    this.attend = { source: make('attendSource'), target: make('attendTarget') };
  }

  override ownFlops(): number {
    return 4 * this.outputs.size;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const nodes = this.map.apply(x, ctx.within('map')) as tf.Tensor2D;
      const inHeads = nodes.reshape([graph.numNodes, this.heads.size, this.headWidth.size]);
      const score = (end: Parameter): tf.Tensor2D => inHeads.mul(end.read()).sum(2);
      const scores = edgeSum(score(this.attend.source), score(this.attend.target), graph);
      const shares = edgeSoftmax(scores.tanh<tf.Tensor2D>(), graph);
      publishNeighbours(this.kind, shares, graph, ctx);
      return neighbourSolve(nodes, graph, shares.mul<tf.Tensor2D>(this.contraction));
    });
  }
}

/** The layer of a graph network: {@link Convergent}. */
export function convergent(options: ConvergentSpecOptions = {}): GraphLayerSpec {
  return { kind: 'convergent', options: { ...options }, build: (shape) => new Convergent({ ...options, ...shape }) };
}

layerSpecs.register('convergent', convergent);
