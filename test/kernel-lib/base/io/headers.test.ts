/** @file Headers of model files with bytes changed: each is read in bounds, or refused in our words. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { core, io } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';

const FIXTURES = join(__dirname, '..', '..', '..', 'parity', 'fixtures');
const folder = mkdtempSync(join(tmpdir(), 'switchyard-headers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GGUF = readFileSync(join(FIXTURES, 'gguf', 'llama.gguf'));
const SAFETENSORS = readFileSync(join(FIXTURES, 'checkpoints', 'llama', 'model.safetensors'));
// Where the values begin.
const [GGUF_HEADER, SAFETENSORS_HEADER] = [3200, 8 + Number(SAFETENSORS.readBigUInt64LE())];

const formats = [
  { name: 'GGUF', bytes: GGUF, header: GGUF_HEADER, read: (file: string) => io.readGguf(file).tensors },
  { name: 'safetensors', bytes: SAFETENSORS, header: SAFETENSORS_HEADER, read: io.openSafetensors }
];

/** A copy with some bytes changed, cut out, doubled or cut off. */
function mutate(bytes: Buffer, header: number, next: () => number): Buffer {
  const whole = (below: number): number => Math.floor(next() * below);
  const at = whole(header);
  const length = 1 + whole(16);
  switch (whole(5)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 2:
      return bytes.subarray(0, at);
    default: {
      const copy = Buffer.from(bytes);
      for (let i = 0; i < 1 + whole(4); i++) {
        copy[i === 0 ? at : whole(header)] = next() < 0.3 ? 255 : whole(256);
      }
      return copy;
    }
  }
}

describe.each(formats)('$name', ({ name, bytes, header, read }) => {
  const file = join(folder, name);

  test('5000 changed headers: no crash, no hang, nothing outside the file', () => {
    const next = core.Random.fromSeed(7).child(name).generator();
    let [opened, refused, slowest] = [0, 0, 0];
    for (let i = 0; i < 5000; i++) {
      writeFileSync(file, mutate(bytes, header, next));
      const start = performance.now();
      try {
        const { size } = statSync(file);
        read(file).forEach((entry) => {
          expect(entry.begin).toBeGreaterThan(0);
          expect(entry.begin + entry.bytes).toBeLessThanOrEqual(size);
        });
        opened++;
      } catch (error) {
        expect(error).toBeInstanceOf(core.SwitchyardError);
        expect((error as Error).message).toContain(file);
        refused++;
      }
      slowest = Math.max(slowest, performance.now() - start);
    }
    // Some changes are of names alone.
    expect(opened).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(1000);
    expect(slowest).toBeLessThan(2000);
  });
});

describe('a GGUF file', () => {
  const refusedAs = (change: (copy: Buffer) => void, message: RegExp): void => {
    const copy = Buffer.from(GGUF);
    change(copy);
    const file = join(folder, 'one.gguf');
    writeFileSync(file, copy);
    expect(() => io.readGguf(file)).toThrow(message);
  };

  test('of another version is refused', () => {
    refusedAs((copy) => copy.writeUInt32LE(9, 4), /one\.gguf: the version of a GGUF file must be one of 2, 3, got 9/);
  });

  test('with a string of 2^60 bytes, or as many tensors, is refused before anything is made', () => {
    refusedAs(
      (copy) => copy.writeBigUInt64LE(2n ** 60n, 24),
      /the length of a key must be below 2\^53, got 1152921504606846976/
    );
    refusedAs(
      (copy) => copy.writeBigUInt64LE(2n ** 40n, 24),
      /a key at byte 32 takes 1099511627776 bytes, so the file is cut short/
    );
    refusedAs(
      (copy) => copy.writeBigUInt64LE(2n ** 40n, 8),
      /1099511627776 tensors .* takes .* bytes, so the file is cut short/
    );
  });

  test('that is cut short says the tensor', () => {
    const file = join(folder, 'short.gguf');
    writeFileSync(file, GGUF.subarray(0, GGUF.length - 1000));
    expect(() => io.readGguf(file)).toThrow(
      /short\.gguf: "[\w.]+": ends at byte \d+, so the file is cut short, got \d+ bytes/
    );
  });
});

describe('a safetensors file', () => {
  const refusedAs = (header: object | number, message: RegExp): void => {
    const file = join(folder, 'one.safetensors');
    const json = Buffer.from(typeof header === 'number' ? '' : JSON.stringify(header));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(typeof header === 'number' ? header : json.length));
    writeFileSync(file, Buffer.concat([prefix, json, Buffer.alloc(16)]));
    expect(() => io.openSafetensors(file)).toThrow(message);
  };
  const f32 = (begin: number, end: number): object => ({
    dtype: 'F32',
    shape: [(end - begin) / 4],
    data_offsets: [begin, end]
  });

  test('with a header larger than there are is refused', () => {
    refusedAs(100_000_001, /a safetensors header has at most 100000000 bytes, got 100000001/);
    refusedAs(90_000_000, /the header ends at byte 90000008, so the file is cut short/);
  });

  test('with values that overlap, or lie outside, is refused', () => {
    refusedAs(
      { a: f32(0, 12), b: f32(8, 16) },
      /values must follow each other without holes or overlap; byte 12 is next, got 8/
    );
    refusedAs({ a: f32(0, 32) }, /the values take 32 bytes, so the file is cut short, got 16 bytes/);
  });

  test('of a dtype that there is not is refused', () => {
    refusedAs({ a: { ...f32(0, 16), dtype: 'F4' } }, /"a": dtype must be one of F64, F32, .*, got F4/);
  });
});
