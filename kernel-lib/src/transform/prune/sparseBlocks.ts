import { expectInteger, fail } from '../../base/core';
import type { Scored } from './sparseMasks';

/** Inputs in turn and outputs in turn of a matrix that go or stay together. */
export interface Block {
  inputs: number;
  outputs: number;
}

/** @throws {SwitchyardError} where it is of no size, or does not divide a matrix [..., inputs, outputs]. */
export function expectBlock(where: string, block: Block, path: string, shape: readonly number[]): void {
  const [inputs, outputs] = shape.slice(-2);
  expectInteger(where, 'block.inputs', block.inputs, 1);
  expectInteger(where, 'block.outputs', block.outputs, 1);
  if (inputs % block.inputs !== 0 || outputs % block.outputs !== 0) {
    fail(where, `block must divide "${path}" [${inputs}, ${outputs}]`, [block.inputs, block.outputs]);
  }
}

/** Scores of the blocks of a matrix: the sum of what is not masked yet, -1 where nothing is left. */
export function scoreBlocks({ path, shape, scores }: Scored, block: Block): Scored {
  const small = [...shape.slice(0, -2), shape.at(-2)! / block.inputs, shape.at(-1)! / block.outputs];
  const sums = new Float32Array(scores.length / block.inputs / block.outputs).fill(-1);
  eachValue(shape, block, (value, at) => {
    if (scores[value] >= 0) {
      sums[at] = Math.max(0, sums[at]) + scores[value];
    }
  });
  return { path, shape: small, scores: sums };
}

/** A mask of blocks as one of the values in them; what `scores` says is masked stays so. */
export function spreadBlocks(mask: Float32Array, { shape, scores }: Scored, block: Block): Float32Array {
  const out = new Float32Array(scores.length);
  eachValue(shape, block, (value, at) => {
    out[value] = scores[value] >= 0 ? mask[at] : 0;
  });
  return out;
}

function eachValue(shape: readonly number[], block: Block, visit: (value: number, block: number) => void): void {
  const outputs = shape.at(-1)!;
  const across = outputs / block.outputs;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  for (let row = 0; row < rows; row++) {
    // Blocks divide the inputs of each matrix, so that rows of several may be counted through.
    const first = Math.floor(row / block.inputs) * across;
    for (let output = 0; output < outputs; output++) {
      visit(row * outputs + output, first + Math.floor(output / block.outputs));
    }
  }
}
