import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

interface TapeNode {
  inputs: Record<string, Tensor>;
  outputs: Tensor[];
}

interface Engine {
  state: { gradientDepth: number; activeTape: TapeNode[] };
  addTapeNode(...of: unknown[]): void;
}

/**
 * Mends gradients of gradients in TensorFlow.js through what keeps its output for the way back (sigmoid, tanh, exp, softmax): the copy that is kept comes onto the tape before the op
 * does, so that to the outer gradient it was a constant, and the result wrong without a word. Here it comes behind it.
 */
export function tapeSavedOutputs(): void {
  const engine = tf.engine() as unknown as Engine;
  const add = engine.addTapeNode.bind(engine);
  engine.addTapeNode = (...of) => {
    add(...of);
    const { gradientDepth, activeTape } = engine.state;
    if (gradientDepth > 1) {
      moveBehind(activeTape);
    }
  };
}

/** Moves nodes that read the outputs of a tape's last node behind it. */
function moveBehind(tape: TapeNode[]): void {
  const outputs = tape.at(-1)!.outputs.map(({ id }) => id);
  const first = Math.min(...outputs);
  const early: TapeNode[] = [];
  // What was made before the outputs cannot have read them.
  for (let at = tape.length - 2; at >= 0 && tape[at].outputs.some(({ id }) => id > first); at--) {
    if (Object.values(tape[at].inputs).some(({ id }) => outputs.includes(id))) {
      early.unshift(...tape.splice(at, 1));
    }
  }
  tape.push(...early);
}
