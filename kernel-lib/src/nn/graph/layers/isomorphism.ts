import { tf } from '../../../base/backend';
import { Axis, type Context, expectNumber, given, Parameter, type Random, type Size } from '../../../base/core';
import { Linear } from '../../layers';
import type { GraphLayer } from '../layerSpecs';
import { MessagePassing } from '../messagePassing';

/** Options that `graph.gin` and `graph.gine` have in common. */
export interface IsomorphismChoices {
  /** How much more a node counts than one of its neighbours. Default 0. */
  epsilon?: number;
  /** Whether epsilon is learnt. Default false. */
  learnt?: boolean;
  /** Width inside the network that follows the sum. Default: that of the output. */
  hidden?: number;
}

/** Options of `graph.GIN`. */
export interface GinOptions extends IsomorphismChoices {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/** Base of layers that add up neighbours and apply a network of two maps, with ReLU between them: `mlp((1 + epsilon) x + sum of messages)`. */
export abstract class IsomorphismLayer extends MessagePassing implements GraphLayer {
  readonly outputs: Axis;
  protected readonly inputs: Axis;
  private readonly maps: Record<'first' | 'second', Linear>;
  private readonly epsilon: number | Parameter;

  constructor(where: string, options: GinOptions) {
    const { inputWidth, outputWidth, epsilon = 0, learnt = false, hidden, random } = given(where, options);
    super('sum');
    expectNumber(where, 'epsilon', epsilon);
    this.inputs = Axis.of('inputs', inputWidth);
    this.outputs = Axis.of('outputs', outputWidth);
    const inner = Axis.of('hidden', hidden ?? this.outputs.size);
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, random: random.child(name) }));
    this.maps = { first: linear('first', this.inputs, inner), second: linear('second', inner, this.outputs) };
    const make = (shape: number[]): tf.Tensor => tf.fill(shape, epsilon);
    this.epsilon = learnt ? this.addParameter('epsilon', Parameter.over([], make, { decay: false })) : epsilon;
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const { epsilon } = this;
    const own = nodes.mul(typeof epsilon === 'number' ? 1 + epsilon : epsilon.read().add(1));
    const inner = this.maps.first.apply(aggregated.add(own), ctx.within('first')).relu();
    return this.maps.second.apply(inner, ctx.within('second'));
  }
}
