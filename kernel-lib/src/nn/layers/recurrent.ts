import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectOneOf, expectShape, Module, type Random, type Size, sizeOf } from '../../base/core'; // prettier-ignore
import { whereOf } from './expectWidth';
import { type Initializer, uniformFanIn } from './initializers';
import { Linear } from './linear';
import { CELLS, type CellStep, type RecurrentCell } from './recurrentCells';

/** Options of `layers.Recurrent`. */
export interface RecurrentOptions {
  /** Width of the input, D. */
  inputWidth: Size;
  /** Width of the state, H. */
  hidden: Size;
  /** "tanh" and "relu" (Elman), "gru" (arXiv 1406.1078) or "lstm" (Hochreiter and Schmidhuber, 1997). */
  cell: RecurrentCell;
  /** Adds biases to both products. Default true. */
  bias?: boolean;
  /** Stream for the initial weights, uniform in `±1 / sqrt(H)`. */
  random: Random;
}

/**
 * A recurrent layer over a sequence, from a state of 0, with the cells of PyTorch: [B, N, D] to the state at each position, [B, N, H]. Its hidden units
 * are one axis of both products, of all gates.
 */
export class Recurrent extends Module {
  readonly kind = 'recurrent';
  /** [D, gates x H]. */
  readonly input: Linear;
  /** [H, gates x H]. */
  readonly recurrent: Linear;
  readonly cell: RecurrentCell;
  private readonly hidden: Axis;
  private readonly inputs: Axis;

  constructor({ inputWidth, hidden, cell, bias = true, random }: RecurrentOptions) {
    super();
    const where = 'layers.Recurrent';
    expectInteger(where, 'inputWidth', sizeOf(inputWidth), 1);
    expectInteger(where, 'hidden', sizeOf(hidden), 1);
    expectOneOf(where, 'cell', cell, Object.keys(CELLS) as RecurrentCell[]);
    this.cell = cell;
    this.inputs = Axis.of('inputs', inputWidth);
    this.hidden = Axis.of('hidden', hidden);
    const { gates } = CELLS[cell];
    const outputs = gates.length === 1 ? this.hidden : Axis.product('gates x hidden', Axis.fixed(gates.join(', '), gates.length), this.hidden); // prettier-ignore
    const linear = (name: string, width: Axis, initializer: Initializer): Linear =>
      this.addChild(name, new Linear({ inputWidth: width, outputWidth: outputs, bias, initializer, random: random.child(name) })); // prettier-ignore
    this.input = linear('input', this.inputs, uniformFanIn(Math.sqrt(this.inputs.size / this.hidden.size)));
    this.recurrent = linear('recurrent', this.hidden, uniformFanIn());
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(whereOf(this, ctx), x, ['B', 'N', this.inputs.size]);
    return tf.tidy(() => {
      const cell: CellStep = CELLS[this.cell];
      const start = tf.zeros([x.shape[0]!, this.hidden.size]) as tf.Tensor2D;
      let state = { output: start, memory: start };
      const within = ctx.within('recurrent');
      const all = this.input.apply(x, ctx.within('input'));
      // TensorFlow.js has no gradient of taking one position alone apart.
      const projected = (x.shape[1] === 1 ? [all.squeeze([1])] : tf.unstack(all, 1)) as tf.Tensor2D[];
      const outputs = projected.map((each) => {
        state = cell.step(each, this.recurrent.apply(state.output, within) as tf.Tensor2D, state);
        return state.output;
      });
      return tf.stack(outputs, 1);
    });
  }
}
