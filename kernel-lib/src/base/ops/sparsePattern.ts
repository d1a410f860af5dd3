import { tf } from '../backend';
import { compressRows } from '../graph';

/** Where the values of a sparse matrix [D, P] stand: of each output the inputs that count, ascending. */
export interface SparsePattern {
  inputs: number;
  outputs: number;
  /** Inputs in turn and outputs in turn, I and O, that a value is a block of; they divide the sizes. Default: 1 and 1. */
  block?: { inputs: number; outputs: number };
  /** Where the values of each output, or O outputs, begin, and where the last end; [P / O + 1]. */
  starts: Int32Array;
  /** Input of each value, counted in blocks of I; [V]. */
  columns: Int32Array;
}

/** A pattern whose places are tensors as well, so that no product moves them. Owns them; dispose it. */
export interface HeldPattern extends SparsePattern {
  /** `columns` and `starts`. */
  readonly places: readonly tf.Tensor1D[];
  dispose(): void;
}

/** The pattern with its places as tensors, for a matrix that is multiplied again and again. */
export function holdPattern(pattern: SparsePattern): HeldPattern {
  const places = uploaded(pattern).map((each) => tf.keep(each));
  return { ...pattern, places, dispose: () => tf.dispose(places) };
}

/** `columns` and `starts` as tensors: those that are held, or new ones. */
export function placesOf(pattern: SparsePattern | HeldPattern): readonly tf.Tensor1D[] {
  return 'places' in pattern ? pattern.places : uploaded(pattern);
}

function uploaded({ columns, starts }: SparsePattern): tf.Tensor1D[] {
  return [tf.tensor1d(columns, 'int32'), tf.tensor1d(starts, 'int32')];
}

/** Sizes of a block. */
export function blockOf({ block = { inputs: 1, outputs: 1 } }: SparsePattern): { inputs: number; outputs: number } {
  return block;
}

/** Row of blocks of each value; [V]. */
export function rowsOf({ starts, columns }: SparsePattern): Int32Array {
  const rows = new Int32Array(columns.length);
  for (let row = 0; row < starts.length - 1; row++) {
    rows.fill(row, starts[row], starts[row + 1]);
  }
  return rows;
}

const known = new WeakMap<SparsePattern, { turned: SparsePattern; order: Int32Array }>();

/** The pattern of the transposed matrix, and of each of its values the place in this one. */
export function transposed(pattern: SparsePattern): { turned: SparsePattern; order: Int32Array } {
  const found = known.get(pattern);
  if (found !== undefined) {
    return found;
  }
  const { inputs, outputs, columns } = pattern;
  const block = blockOf(pattern);
  const { starts, neighbours, edges } = compressRows(inputs / block.inputs, columns, rowsOf(pattern));
  const turned = {
    ...{ inputs: outputs, outputs: inputs, starts, columns: neighbours },
    block: { inputs: block.outputs, outputs: block.inputs }
  };
  const made = { turned, order: edges };
  known.set(pattern, made);
  return made;
}
