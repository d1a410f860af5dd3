import { tf } from '../../../base/backend';
import { Axis, type Context, expectNumber, Module, type Random, type Size, given } from '../../../base/core';
import { edgeGather, treeReduce } from '../../../base/ops/graph';
import { Linear } from '../../layers';
import { CELLS } from '../../layers/recurrentCells';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';

/** Options of `graph.learnedMonoid`. */
export interface LearnedMonoidSpecOptions {
  /** Weight of the loss "associativity" while training: the mean square by which `(a b) c` and `a (b c)` differ on neighbours. Default 0: none. */
  associativity?: number;
}

/** Options of `graph.LearnedMonoid`. */
export interface LearnedMonoidOptions extends LearnedMonoidSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Learnable commutative monoid (LCM, arXiv 2212.08541): neighbours are aggregated by a binary operation that is learnt, `a b = (gru(a, b) + gru(b, a)) / 2`, which commutes exactly and is associative as far as it has learnt to
 * be; a balanced tree of each node's edges takes `ceil(log2 d)` levels, where a recurrent aggregation takes d. Nodes [N, F] to [N, P]: `x V + aggregate of (x W + b)`. As the operation is not quite associative, the order of a
 * node's edges has an effect. The graph's weights are not read.
 */
export class LearnedMonoid extends Module implements GraphLayer {
  readonly kind = 'learned-monoid';
  readonly outputs: Axis;
  private readonly maps: Record<'element' | 'own', Linear>;
  private readonly gates: Record<'input' | 'recurrent', Linear>;
  private readonly associativity: number;

  constructor(options: LearnedMonoidOptions) {
    const { inputWidth, outputWidth, associativity = 0, random } = given('graph.LearnedMonoid', options);
    super();
    expectNumber('graph.LearnedMonoid', 'associativity', associativity, 0);
    this.associativity = associativity;
    const inputs = Axis.of('inputs', inputWidth);
    this.outputs = Axis.of('outputs', outputWidth);
    const { gates } = CELLS.gru;
    const three = Axis.product('gates x outputs', Axis.fixed(gates.join(', '), gates.length), this.outputs);
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis, bias = true): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias, random: random.child(name) }));
    this.maps = { element: linear('element', inputs, this.outputs), own: linear('own', inputs, this.outputs, false) };
    this.gates = { input: linear('input', this.outputs, three), recurrent: linear('recurrent', this.outputs, three) };
  }

  /** The operation, on rows [B, P] each. */
  combine(left: tf.Tensor2D, right: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const through = (gate: 'input' | 'recurrent', x: tf.Tensor2D): tf.Tensor2D =>
      this.gates[gate].apply(x, ctx.within(gate)) as tf.Tensor2D;
    const cell = (input: tf.Tensor2D, state: tf.Tensor2D): tf.Tensor2D =>
      CELLS.gru.step(through('input', input), through('recurrent', state), { output: state, memory: state }).output;
    return tf.tidy(() => cell(left, right).add<tf.Tensor2D>(cell(right, left)).div<tf.Tensor2D>(2));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const elements = edgeGather(this.maps.element.apply(x, ctx.within('element')) as tf.Tensor2D, graph, 'source');
      if (ctx.training && this.associativity > 0 && graph.numEdges > 2) {
        ctx.addLoss('associativity', this.disagreement(elements, ctx).mul(this.associativity));
      }
      const heard = treeReduce(elements, graph, (left, right) => this.combine(left, right, ctx));
      return this.maps.own.apply(x, ctx.within('own')).add(heard);
    });
  }

  /** Mean square by which the two ways to put three elements together differ, over triples of edges that follow each other. */
  private disagreement(elements: tf.Tensor2D, ctx: Context): tf.Scalar {
    const count = elements.shape[0] - 2;
    const [a, b, c] = [0, 1, 2].map((start) => elements.slice([start, 0], [count, -1]));
    const of = (left: tf.Tensor2D, right: tf.Tensor2D): tf.Tensor2D => this.combine(left, right, ctx);
    return of(of(a, b), c)
      .sub(of(a, of(b, c)))
      .square()
      .mean();
  }
}

/** The layer of a graph network: {@link LearnedMonoid}. */
export function learnedMonoid(options: LearnedMonoidSpecOptions = {}): GraphLayerSpec {
  return {
    kind: 'learned-monoid',
    options: { ...options },
    build: (shape) => new LearnedMonoid({ ...options, ...shape })
  };
}

layerSpecs.register('learned-monoid', learnedMonoid);
