import { statSync } from 'fs';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { unitOf } from '../../base/io';
import type { TensorEntry } from '../../base/io';
import { PagedTensor } from '../../base/ops/pagedTensor';
import type { PagePool } from '../../base/ops/pagePool';
import type { Checkpoint } from './openFolder';
import type { WeightMap } from './weightMap';

/** Whether a map is of a bank whose experts can be read one by one as they are stored. */
export function isPaged(map: WeightMap, entries: ReadonlyMap<string, TensorEntry>): boolean {
  const [first, ...others] = map.theirs.map((name) => entries.get(name)!);
  const columns = first.shape[first.shape.length - 1];
  return (
    map.expert !== undefined &&
    first.dtype !== 'F64' &&
    others.every(({ dtype }) => dtype === first.dtype) &&
    columns % unitOf('models.open', first.dtype) === 0
  );
}

/** Puts stacks in place of a bank's parameters whose experts are read when they are used. Nothing is read here. */
export function pageExperts(
  { read }: Checkpoint,
  model: Module,
  map: WeightMap,
  entries: ReadonlyMap<string, TensorEntry>,
  pool: PagePool
): void {
  const stored = model.stored();
  const opened = new Map(map.theirs.map((name) => entries.get(name)!.file).map((file) => [file, stampOf(file)]));
  map.ours.forEach((path, ours) => {
    const parameter = stored.get(path)!;
    const [count, columns, rows] = parameter.shape;
    const format = entries.get(map.theirs[0])!.dtype;
    const layout = { format, matrices: null, rows, columns, transposed: true };
    const source = {
      ...{ count, layout },
      read: (expert: number, into: Uint8Array): void => {
        const { theirs, part } = map.expert!(ours, expert);
        const name = map.theirs[theirs];
        const entry = entries.get(name)!;
        const begin = entry.begin + part * into.length;
        if (begin + into.length > entry.begin + entry.bytes) {
          fail(`${entry.file}: "${name}"`, `internal: expert ${expert} must lie in its ${entry.bytes} bytes`, begin);
        }
        read({ ...entry, begin, bytes: into.length }, name, into);
        if (stampOf(entry.file) !== opened.get(entry.file)) {
          fail(entry.file, 'must not change while experts are read from it: open the model again', 'another file');
        }
      }
    };
    parameter.pack(new PagedTensor(source, pool));
  });
}

/** Tells a file from one that was put in its place. */
function stampOf(file: string): string {
  const { size, mtimeMs } = statSync(file);
  return `${size} ${mtimeMs}`;
}
