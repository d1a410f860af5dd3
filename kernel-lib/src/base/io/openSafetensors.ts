import { fail } from '../core';
import { VALUE_BYTES } from '../ops/formats/decodeValues';
import { checkOffsets, dataStart, isCounts, isRecord, METADATA, parseHeader, PREFIX_BYTES } from './safetensors';
import { type TensorEntry, withFile } from './tensorFile';

/**
 * Tensors of a safetensors file, by its header alone: any dtype of the format, values read one by one ({@link readEntry}).
 *
 * @throws {SwitchyardError} where the file is cut short or its header is not one.
 */
export function openSafetensors(file: string): Map<string, TensorEntry> {
  return withFile(file, (read, size) => {
    const begin = dataStart(size < PREFIX_BYTES ? Buffer.alloc(0) : read(0, PREFIX_BYTES), size, file);
    const { [METADATA]: _metadata, ...entries } = parseHeader(
      read(PREFIX_BYTES, begin - PREFIX_BYTES).toString('utf8'),
      file
    );
    const found = Object.entries(entries).map(([name, entry]) => [name, checkEntry(file, name, entry)] as const);
    checkOffsets(
      found.map(([, { begin: from, bytes }]) => [from, from + bytes]),
      size - begin,
      file
    );
    return new Map(found.map(([name, entry]) => [name, { ...entry, begin: begin + entry.begin }]));
  });
}

function checkEntry(file: string, name: string, entry: unknown): TensorEntry {
  const where = `${file}: "${name}"`;
  if (!isRecord(entry) || !isCounts(entry.shape) || !isCounts(entry.data_offsets) || entry.data_offsets.length !== 2) {
    fail(where, 'an entry has a dtype, a shape and two data_offsets', entry);
  }
  const { shape, data_offsets } = entry;
  const dtype = String(entry.dtype);
  if (!Object.hasOwn(VALUE_BYTES, dtype)) {
    fail(where, `dtype must be one of ${Object.keys(VALUE_BYTES).join(', ')}`, entry.dtype);
  }
  const [from, to] = data_offsets;
  const bytes = shape.reduce((product, n) => product * n, VALUE_BYTES[dtype]);
  if (to - from !== bytes) {
    fail(where, `values of ${dtype} [${shape.join(', ')}] take ${bytes} bytes`, to - from);
  }
  return { file, dtype, shape, begin: from, bytes };
}
