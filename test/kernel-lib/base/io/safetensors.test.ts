import { readFileSync } from 'fs';
import { io } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

interface Described {
  dtype: 'float32' | 'int32';
  shape: number[];
  values: number[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../parity/fixtures/safetensors.json', import.meta.url), 'utf8')
) as Record<'pythonFile' | 'ourFile', string> &
  Record<'tensors' | 'readByPython', Record<string, Described>> & { metadata: Record<string, string> };

const encode = (contents: io.Safetensors): Buffer => Buffer.concat(io.encodeSafetensors(contents));
const typed = ({ dtype, shape, values }: Described): io.HostTensor => ({
  shape,
  values: dtype === 'float32' ? new Float32Array(values) : new Int32Array(values)
});

function contents(): io.Safetensors {
  const tensors = new Map(Object.entries(fixture.tensors).map(([name, tensor]) => [name, typed(tensor)]));
  return { tensors, metadata: fixture.metadata };
}

/** A file with this header and this many bytes of values. */
function file(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([prefix, json, Buffer.alloc(dataBytes)]);
}

const entry = (from: number, to: number, shape = [(to - from) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to]
});

describe('safetensors', () => {
  test('reads the file that the Python package wrote', () => {
    const { tensors, metadata } = io.decodeSafetensors(Buffer.from(fixture.pythonFile, 'base64'), 'file');
    expect(metadata).toEqual(fixture.metadata);
    expect(Object.fromEntries(tensors)).toEqual(Object.fromEntries(contents().tensors));
  });

  test('writes what the Python package reads', () => {
    expect(encode(contents()).toString('base64')).toBe(fixture.ourFile);
    expect(fixture.readByPython).toEqual(fixture.tensors);
  });

  test('values that lie at an odd offset of a larger buffer are read', () => {
    const bytes = encode(contents());
    const shifted = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1);
    expect(io.decodeSafetensors(shifted, 'file').tensors).toEqual(contents().tensors);
  });

  test('a file cut at any byte is refused', () => {
    const whole = encode(contents());
    for (let length = 0; length < whole.length; length++) {
      expect(() => io.decodeSafetensors(whole.subarray(0, length), 'x.safetensors')).toThrow(/^x\.safetensors: /);
    }
  });

  test.each([
    ['no header', Buffer.alloc(3), 'a safetensors file has at least 8 bytes, got 3'],
    ['a huge header', Buffer.alloc(8, 0xff), 'a safetensors header has at most 100000000 bytes'],
    ['no JSON', file('{"a":', 0), 'a safetensors header is JSON'],
    ['an array', file([], 0), 'a safetensors header is a JSON object'],
    ['no offsets', file({ a: { dtype: 'F32', shape: [1] } }, 4), '"a": an entry has a dtype, a shape'],
    ['a negative shape', file({ a: entry(0, 4, [-1]) }, 4), '"a": an entry has'],
    ['another dtype', file({ a: entry(0, 4, [2], 'BF16') }, 4), '"a": dtype must be F32, I32 or BOOL, got BF16'],
    ['a wrong size', file({ a: entry(0, 4, [3]) }, 4), '"a": values of shape [3] take 12 bytes, got 4'],
    ['an overlap', file({ a: entry(0, 8), b: entry(4, 12) }, 12), 'without holes or overlap; byte 8 is next, got 4'],
    ['a hole', file({ a: entry(0, 4), b: entry(8, 12) }, 12), 'without holes or overlap; byte 4 is next, got 8'],
    ['bytes left over', file({ a: entry(0, 4) }, 8), 'the values take 4 bytes, got 8 bytes'],
    ['bytes missing', file({ a: entry(0, 8) }, 4), 'so the file is cut short, got 4 bytes'],
    ['odd metadata', file({ __metadata__: { step: 3 } }, 0), 'metadata is text by name']
  ])('refuses %s', (_, bytes, message) => {
    expect(() => io.decodeSafetensors(bytes, 'file')).toThrow(message);
  });
});
