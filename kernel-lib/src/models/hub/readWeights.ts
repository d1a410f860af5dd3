import { tf } from '../../base/backend';
import { fail, showShape } from '../../base/core';
import type { Module } from '../../base/core';
import { bytesOf } from '../../base/io';
import type { TensorEntry } from '../../base/io';
import type { AnyFamily } from './family';
import type { Checkpoint } from './openFolder';
import type { WeightMap } from './weightMap';

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

/** Reads each tensor and stores it in its parameter: beside the model there is one of them at a time. */
export function readWeights(
  { read }: Checkpoint,
  model: Module,
  maps: readonly WeightMap[],
  entries: ReadonlyMap<string, TensorEntry>
): void {
  const stored = model.stored();
  for (const map of maps) {
    tf.tidy(() => {
      const theirs = map.theirs.map((name) => {
        const entry = entries.get(name)!;
        return tf.tensor(read(entry, name), entry.shape, 'float32');
      });
      map.toOurs(theirs).forEach((value, i) => stored.get(map.ours[i])!.assign(value, map.ours[i]));
    });
  }
}
