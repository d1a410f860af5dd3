import { tf } from '../../base/backend';

/** State of a recurrent layer, carried from one position to the next; [B, H] each. */
export interface RecurrentState {
  /** Output at the position. */
  output: tf.Tensor2D;
  /** Cell state of an LSTM; others have none and leave it alone. */
  memory: tf.Tensor2D;
}

/** One step of a recurrence. */
export interface CellStep {
  /** Parts of both products, in order, each of the hidden width; one for cells without gates. */
  readonly gates: readonly string[];
  /** The next state, from both products [B, gates x H] and the last. */
  step(input: tf.Tensor2D, recurrent: tf.Tensor2D, last: RecurrentState): RecurrentState;
}

/** Name of a recurrent cell. */
export type RecurrentCell = 'tanh' | 'relu' | 'gru' | 'lstm';

const parts = (y: tf.Tensor2D, count: number): tf.Tensor2D[] => tf.split(y, count, 1);

const plain = (activation: (x: tf.Tensor2D) => tf.Tensor2D): CellStep => ({
  gates: ['new'],
  step: (input, recurrent, { memory }) => ({ output: activation(input.add(recurrent)), memory })
});

/** The cells by name, as PyTorch computes them: gates in its order, and two biases, where a GRU's reset works on the recurrent one as well. */
export const CELLS: Readonly<Record<RecurrentCell, CellStep>> = {
  tanh: plain((x) => x.tanh()),
  relu: plain((x) => x.relu()),
  gru: {
    gates: ['reset', 'update', 'new'],
    step: (input, recurrent, { output, memory }) => {
      const [[resetIn, updateIn, newIn], [reset, update, renewed]] = [parts(input, 3), parts(recurrent, 3)];
      const candidate = newIn.add(resetIn.add(reset).sigmoid().mul(renewed)).tanh();
      return { output: candidate.add(updateIn.add(update).sigmoid().mul(output.sub(candidate))), memory };
    }
  },
  lstm: {
    gates: ['input', 'forget', 'cell', 'output'],
    step: (input, recurrent, { memory }) => {
      const [enter, forget, cell, leave] = parts(input.add(recurrent), 4);
      const next = forget.sigmoid().mul<tf.Tensor2D>(memory).add<tf.Tensor2D>(enter.sigmoid().mul(cell.tanh()));
      return { output: leave.sigmoid().mul(next.tanh()), memory: next };
    }
  }
};
