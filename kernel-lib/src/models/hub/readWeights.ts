import { tf } from '../../base/backend';
import { fail, showShape } from '../../base/core';
import type { Module, Stored } from '../../base/core';
import { bytesOf, decodeValues, encodeValues, unitOf } from '../../base/io';
import type { TensorEntry } from '../../base/io';
import * as ops from '../../base/ops';
import type { PagePool } from '../../base/ops/pagePool';
import type { AnyFamily } from './family';
import type { Checkpoint } from './openFolder';
import { isPaged, pageExperts } from './pageExperts';
import type { PackedPieces, StoredRows, WeightMap } from './weightMap';

/**
 * Which tensor of a checkpoint is which parameter, checked: each of the model's is there in the right shape, and there is none besides.
 * Nothing is read.
 *
 * @throws {SwitchyardError} naming file and tensor.
 */
export function matchWeights(
  { where, tensors: found }: Checkpoint,
  { ignored, prefix = '' }: AnyFamily,
  maps: readonly WeightMap[],
  model: Module
): Map<string, TensorEntry> {
  const stored = model.stored();
  const matched = new Map<string, TensorEntry>();
  const left = new Map([...found].filter(([name]) => !ignored?.test(name)));
  for (const map of maps) {
    const shapes = map.shapes(
      map.ours.map((path) => stored.get(path)?.shape ?? fail(path, 'the model must have it', 'no such parameter'))
    );
    map.theirs.forEach((name, i) => {
      const own = left.has(name) || !name.startsWith(prefix) ? name : name.slice(prefix.length);
      const entry =
        left.get(own) ?? fail(where, `must hold "${name}" ${showShape(shapes[i])}`, `${found.size} tensors without it`);
      if (showShape(entry.shape) !== showShape(shapes[i])) {
        fail(entry.file, `"${own}" must have shape ${showShape(shapes[i])}`, showShape(entry.shape));
      }
      bytesOf(
        `${entry.file}: "${own}"`,
        entry.dtype,
        entry.shape.reduce((product, n) => product * n, 1)
      );
      matched.set(name, entry);
      left.delete(own);
    });
  }
  const [extra] = left;
  return extra === undefined
    ? matched
    : fail(extra[1].file, 'must hold only what the model has', `"${extra[0]}" as well`);
}

/** Dtype that `models.open` keeps weights in. */
export type OpenDtype = 'float32' | 'bfloat16' | 'float16' | 'as stored';

export const OPEN_DTYPES: readonly OpenDtype[] = ['float32', 'bfloat16', 'float16', 'as stored'];

const HALVES = { bfloat16: 'BF16', float16: 'F16' } as const;

/**
 * Reads each tensor and stores it in its parameter, in this dtype: beside the model there is one of them at a time. With a pool, banks of experts are not read
 * but when they are used.
 */
export function readWeights(
  checkpoint: Checkpoint,
  model: Module,
  maps: readonly WeightMap[],
  entries: ReadonlyMap<string, TensorEntry>,
  dtype: OpenDtype,
  pool: PagePool | null
): void {
  const stored = model.stored();
  const paged = pool === null ? [] : maps.filter((map) => isPaged(map, entries));
  paged.forEach((map) => pageExperts(checkpoint, model, map, entries, pool!));
  const now = maps.filter((map) => !paged.includes(map));
  const most = Math.max(0, ...now.map((map) => sizeOf(map, entries)));
  const room = Buffer.allocUnsafeSlow(most);
  for (const map of now) {
    const theirs = readAll(checkpoint, map, entries, room);
    const packed = canBePacked(theirs) ? map.toPacked(theirs.map((each) => halved(each, dtype))) : null;
    if (packed === null || !packed.every(wholeBlocks)) {
      tf.tidy(() => {
        const values = theirs.map((each, i) => tf.tensor(decoded(map.theirs[i], each), [...each.shape], 'float32'));
        map.toOurs(values).forEach((value, i) => stored.get(map.ours[i])!.assign(value, map.ours[i]));
      });
    } else {
      packed.forEach(({ pieces, layout }, i) => {
        const value = ops.PackedTensor.from(pieces, layout);
        store(stored.get(map.ours[i])!, value, map.ours[i], dtype !== 'float32' && layout.format !== 'F32');
      });
    }
  }
}

function sizeOf(map: WeightMap, entries: ReadonlyMap<string, TensorEntry>): number {
  return map.theirs.reduce((sum, name) => sum + entries.get(name)!.bytes, 0);
}

function readAll(
  { read }: Checkpoint,
  map: WeightMap,
  entries: ReadonlyMap<string, TensorEntry>,
  room: Buffer
): StoredRows[] {
  let at = 0;
  return map.theirs.map((name) => {
    const entry = entries.get(name)!;
    const bytes = room.subarray(at, (at += entry.bytes));
    read(entry, name, bytes);
    return { format: entry.dtype, shape: entry.shape, bytes };
  });
}

/** Matrices, all of one format that products know. */
function canBePacked(theirs: readonly StoredRows[]): boolean {
  const [{ format }] = theirs;
  return format !== 'F64' && theirs.every((each) => each.shape.length > 1 && each.format === format);
}

function wholeBlocks({ layout: { format, columns } }: PackedPieces): boolean {
  return columns % unitOf('models.open', format) === 0;
}

/** In 16 bits, where that is asked for. */
function halved(rows: StoredRows, dtype: OpenDtype): StoredRows {
  if (dtype !== 'bfloat16' && dtype !== 'float16') {
    return rows;
  }
  const format = HALVES[dtype];
  return rows.format === format ? rows : { ...rows, format, bytes: encodeValues(format, decoded('models.open', rows)) };
}

function decoded(where: string, { format, shape, bytes }: StoredRows): Float32Array {
  const count = shape.reduce((product, n) => product * n, 1);
  return decodeValues(where, format, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), count);
}

function store(parameter: Stored, value: ops.PackedTensor, path: string, keep: boolean): void {
  if (keep) {
    parameter.pack(value);
    return;
  }
  const plain = value.unpack();
  value.dispose();
  parameter.assign(plain, path);
  plain.dispose();
}
