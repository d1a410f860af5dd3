import { closeSync, fstatSync, openSync } from 'fs';
import { readInto } from './readInto';
import { dataStart, emptyValues, PREFIX_BYTES, readLayout } from './safetensors';
import type { HostTensor, Safetensors } from './safetensors';

/**
 * Reads a safetensors file of any size, a tensor after the other.
 *
 * @param only - Which tensors, by name; the others are not read. Default: all.
 * @throws {SwitchyardError} as {@link decodeSafetensors} does. The system's error where there is no such file.
 */
export function readSafetensors(
  file: string,
  { only = () => true }: { only?: (name: string) => boolean } = {}
): Safetensors {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const read = (into: NodeJS.ArrayBufferView, at: number): void => readInto(into, { descriptor, at, file });
    const prefix = Buffer.alloc(Math.min(PREFIX_BYTES, size));
    read(prefix, 0);
    const begin = dataStart(prefix, size, file);
    const header = Buffer.alloc(begin - PREFIX_BYTES);
    read(header, PREFIX_BYTES);
    const { entries, metadata } = readLayout(header.toString('utf8'), size - begin, file);
    const tensors = new Map<string, HostTensor>();
    for (const [name, entry] of [...entries].filter(([each]) => only(each))) {
      const values = emptyValues(entry);
      read(values, begin + entry.data_offsets[0]);
      tensors.set(name, { shape: entry.shape, values });
    }
    return { tensors, metadata };
  } finally {
    closeSync(descriptor);
  }
}
