import { tf } from '../../base/backend';
import { bytesOf } from '../../base/io';
import type { PackedLayout } from '../../base/ops';

/** A tensor of a checkpoint as it is stored, row by row. */
export interface StoredRows {
  format: string;
  shape: readonly number[];
  bytes: Uint8Array;
}

/** One of our values as bytes: pieces of stored tensors in their order, and how they lie. */
export interface PackedPieces {
  pieces: Uint8Array[];
  layout: PackedLayout;
}

/**
 * How some tensors of a checkpoint are some parameters of ours, and back. Both ways only move values, so that what was read is written again
 * bit for bit.
 */
export interface WeightMap {
  /** Paths of our parameters and buffers. */
  readonly ours: readonly string[];
  /** Names in the checkpoint. */
  readonly theirs: readonly string[];
  /** Shapes in the checkpoint, from those of ours. */
  shapes(ours: readonly number[][]): number[][];
  toOurs(theirs: readonly tf.Tensor[]): tf.Tensor[];
  toTheirs(ours: readonly tf.Tensor[]): tf.Tensor[];
  /** Ours as they are stored, of matrices of one format. */
  toPacked(theirs: readonly StoredRows[]): PackedPieces[];
  /** Where one expert's matrix of ours stands, of banks of experts: in which of theirs, and in which of its equal parts. */
  expert?(ours: number, expert: number): { theirs: number; part: number };
}

/** The same values in the same order. */
export function same(path: string, name: string): WeightMap {
  return {
    ours: [path],
    theirs: [name],
    shapes: (ours) => [...ours],
    toOurs: (theirs) => theirs.map((x) => x.clone()),
    toTheirs: (ours) => ours.map((x) => x.clone()),
    toPacked: ([x]) => [whole(x, false)]
  };
}

/** PyTorch's linear layers are [out, in], ours [in, out]. */
export function transposed(path: string, name: string): WeightMap {
  const turn = ([x]: readonly tf.Tensor[]): tf.Tensor[] => [x.transpose()];
  return {
    ours: [path],
    theirs: [name],
    shapes: ([[a, b]]) => [[b, a]],
    toOurs: turn,
    toTheirs: turn,
    toPacked: ([x]) => [whole(x, true)]
  };
}

/** One [out, in] for each expert; ours are [E, in, out]. */
export function experts(path: string, names: readonly string[]): WeightMap {
  return {
    ours: [path],
    theirs: names,
    shapes: ([[, a, b]]) => names.map(() => [b, a]),
    toOurs: (theirs) => [tf.stack([...theirs]).transpose([0, 2, 1])],
    toTheirs: ([x]) => tf.unstack(x.transpose([0, 2, 1])),
    toPacked: (theirs) => [stack(theirs)],
    expert: (_, expert) => ({ theirs: expert, part: 0 })
  };
}

/** All experts [E, sum of outs, in] in one, of which each of ours [E, in, out] is a part. */
export function stackedExperts(paths: readonly string[], name: string): WeightMap {
  return {
    ours: paths,
    theirs: [name],
    shapes: (ours) => [[ours[0][0], ours.reduce((sum, [, , b]) => sum + b, 0), ours[0][1]]],
    toOurs: ([x]) => tf.split(x.transpose([0, 2, 1]), paths.length, 2),
    toTheirs: (ours) => [tf.concat([...ours], 2).transpose([0, 2, 1])],
    toPacked: ([x]) => {
      const [matrices, all, columns] = x.shape;
      const rows = all / paths.length;
      return paths.map((_, i) => ({
        pieces: Array.from({ length: matrices }, (__, matrix) => rowsOf(x, matrix * all + i * rows, rows)),
        layout: { format: x.format, matrices, rows, columns, transposed: true }
      }));
    },
    expert: (ours, expert) => ({ theirs: 0, part: expert * paths.length + ours })
  };
}

/** The only expert of a bank, [1, in, out] here, an [out, in] there. */
export function sharedExpert(path: string, name: string): WeightMap {
  return {
    ours: [path],
    theirs: [name],
    shapes: ([[, a, b]]) => [[b, a]],
    toOurs: ([x]) => [x.transpose().expandDims(0)],
    toTheirs: ([x]) => [x.squeeze([0]).transpose()],
    toPacked: (theirs) => [stack(theirs)]
  };
}

/** Several of ours of one size, side by side along the last axis: [in, out + out + ...], or a bias. Not transposed, as in GPT-2. */
export function joined(paths: readonly string[], name: string): WeightMap {
  return {
    ours: paths,
    theirs: [name],
    shapes: ([first]) => [[...first.slice(0, -1), first[first.length - 1] * paths.length]],
    toOurs: ([x]) => tf.split(x, paths.length, x.rank - 1),
    toTheirs: (ours) => [tf.concat([...ours], ours[0].rank - 1)],
    toPacked: ([x]) => {
      const [rows, all] = x.shape;
      const columns = all / paths.length;
      const size = bytesOf(name, x.format, columns);
      return paths.map((_, i) => ({
        pieces: Array.from({ length: rows }, (__, row) => x.bytes.subarray(...range(row * paths.length + i, size))),
        layout: { format: x.format, matrices: null, rows, columns, transposed: false }
      }));
    }
  };
}

/** Queries, keys and values of each head in turn: rows [heads x 3 x W, in], or a bias [heads x 3 x W], as in GPT-NeoX. */
export function joinedByHead(paths: readonly string[], name: string, heads: number): WeightMap {
  const count = paths.length;
  return {
    ours: paths,
    theirs: [name],
    shapes: ([first]) => [[first[first.length - 1] * count, ...first.slice(0, -1)]],
    toOurs: ([x]) => {
      const [rows, ...rest] = x.shape;
      const width = rows / heads / count;
      const parts = tf.unstack(x.reshape([heads, count, width, ...rest]), 1);
      return parts.map((part) => turned(part.reshape([heads * width, ...rest])));
    },
    toTheirs: (ours) => {
      const rows = ours.map((x) => turned(x));
      const [all, ...rest] = rows[0].shape;
      const parts = rows.map((x) => x.reshape([heads, all / heads, ...rest]));
      return [tf.stack(parts, 1).reshape([all * count, ...rest])];
    },
    toPacked: ([x]) => {
      const [all, columns] = x.shape;
      const width = all / heads / count;
      return paths.map((_, i) => ({
        pieces: Array.from({ length: heads }, (__, head) => rowsOf(x, (head * count + i) * width, width)),
        layout: { format: x.format, matrices: null, rows: heads * width, columns, transposed: true }
      }));
    }
  };
}

function whole({ format, shape: [rows, columns], bytes }: StoredRows, transposed: boolean): PackedPieces {
  return { pieces: [bytes], layout: { format, matrices: null, rows, columns, transposed } };
}

/** One [out, in] for each expert. */
function stack(theirs: readonly StoredRows[]): PackedPieces {
  const [{ format, shape }] = theirs;
  const [rows, columns] = shape;
  const pieces = theirs.map(({ bytes }) => bytes);
  return { pieces, layout: { format, matrices: theirs.length, rows, columns, transposed: true } };
}

/** Bytes of some rows. */
function rowsOf({ shape, bytes }: StoredRows, first: number, count: number): Uint8Array {
  const size = bytes.length / shape.slice(0, -1).reduce((product, n) => product * n, 1);
  return bytes.subarray(first * size, (first + count) * size);
}

function range(i: number, size: number): [number, number] {
  return [i * size, (i + 1) * size];
}

function turned(x: tf.Tensor): tf.Tensor {
  return x.rank === 1 ? x : x.transpose();
}
