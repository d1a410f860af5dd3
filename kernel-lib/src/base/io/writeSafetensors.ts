import { VALUE_BYTES } from '../ops/formats/decodeValues';
import { encodeValues, type WrittenDtype } from './encodeValues';
import { METADATA, PREFIX_BYTES } from './safetensors';
import { writeAtomically } from './writeAtomically';

/** A tensor that is about to be written. */
export interface TensorSource {
  dtype: WrittenDtype;
  shape: number[];
  /** Its values, asked for once, when its turn comes. */
  values(): Float32Array;
}

/** Bytes that a tensor takes. */
export function sourceBytes({ dtype, shape }: TensorSource): number {
  return shape.reduce((product, n) => product * n, VALUE_BYTES[dtype]);
}

/** Writes a safetensors file tensor by tensor, whole or not at all. */
export function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, TensorSource>,
  metadata: Readonly<Record<string, string>> = {}
): void {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  let at = 0;
  for (const [name, source] of tensors) {
    const end = at + sourceBytes(source);
    header[name] = { dtype: source.dtype, shape: source.shape, data_offsets: [at, end] };
    at = end;
  }
  writeAtomically(file, pieces(header, tensors));
}

function* pieces(header: object, tensors: ReadonlyMap<string, TensorSource>): Generator<Uint8Array> {
  const json = Buffer.from(JSON.stringify(header));
  // Padded, so that values begin at a multiple of 8.
  const padded = Buffer.alloc(Math.ceil(json.length / PREFIX_BYTES) * PREFIX_BYTES, ' ');
  json.copy(padded);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeBigUInt64LE(BigInt(padded.length));
  yield prefix;
  yield padded;
  for (const { dtype, values } of tensors.values()) {
    yield encodeValues(dtype, values());
  }
}
