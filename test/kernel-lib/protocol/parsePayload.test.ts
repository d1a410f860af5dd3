import { protocol } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { example, EXAMPLES, exampleText, routingExample } from '../../support/payloads';
import { mutations } from './mutations';

const { jsonBytes, MAX_PAYLOAD_BYTES, parsePayload, PayloadError } = protocol;

describe('parsePayload', () => {
  test.each(EXAMPLES)('accepts the example %s, as a value and as text', (name) => {
    expect(parsePayload(example(name))).toEqual(example(name));
    expect(parsePayload(exampleText(name))).toEqual(example(name));
  });

  test.each(mutations)('refuses $name', ({ from, mutate, message }) => {
    const payload = example(from);
    mutate(payload);
    const error = refusal(payload);
    expect(error.message).toContain(message);
    expect(error.reason).toBe('malformed');
  });

  test.each([[null], [undefined], [3], [true], [[]], [() => 1], [10n], [Symbol('x')]])('refuses %o', (value) => {
    expect(refusal(value).reason).toBe('malformed');
  });

  test('refuses text that is not JSON', () => {
    expect(refusal('<script>').message).toBe('$: must be JSON, got "<script>"');
    expect(refusal(exampleText('small').slice(0, 500)).reason).toBe('malformed');
  });

  test('reads a later minor version and leaves its keys alone', () => {
    const later = { ...routingExample(), schemaVersion: '1.7', mood: 'good' };
    expect(parsePayload(later)).toHaveProperty('mood', 'good');
  });

  test('a later major version is too new, whatever else it holds', () => {
    const error = refusal({ schemaVersion: '2.0', shape: 'other' });
    expect(error.reason).toBe('too-new');
    expect(error.message).toBe('$.schemaVersion: must be at most 1.x, got "2.0"');
  });

  test('a kind of a later minor version is unknown', () => {
    expect(refusal({ ...routingExample(), kind: 'search' }).reason).toBe('unknown-kind');
    expect(refusal({ ...routingExample(), kind: 'constructor' }).reason).toBe('unknown-kind');
  });

  test('10 MB are refused, as text and as a value', () => {
    const huge = { ...routingExample(), padding: 'x'.repeat(10_000_000) };
    expect(refusal(huge).reason).toBe('too-large');
    const text = JSON.stringify(huge);
    expect(refusal(text).message).toBe(`$: must be at most 65536 bytes of JSON, got ${text.length}`);
    const nested = { ...routingExample(), padding: Array.from({ length: 1_000_000 }, () => [0]) };
    expect(refusal(nested).reason).toBe('too-large');
  });

  test('a value that contains itself, or is very deep, is refused', () => {
    const cycle: Record<string, unknown> = { ...routingExample() };
    cycle.self = cycle;
    expect(refusal(cycle).reason).toBe('too-large');
    expect(refusal(`${'['.repeat(20_000)}${']'.repeat(20_000)}`).reason).toBe('malformed');
  });

  test('the limit is exact', () => {
    const payload = { ...routingExample(), padding: '' };
    payload.padding = 'é'.repeat((MAX_PAYLOAD_BYTES - jsonBytes(payload)) / 2);
    payload.padding += 'x'.repeat(MAX_PAYLOAD_BYTES - jsonBytes(payload));
    expect(Buffer.byteLength(JSON.stringify(payload))).toBe(MAX_PAYLOAD_BYTES);
    expect(parsePayload(payload)).toBe(payload);
    payload.padding += 'x';
    expect(refusal(payload).reason).toBe('too-large');
    expect(refusal(JSON.stringify(payload)).reason).toBe('too-large');
  });

  test('labels, importance and domains may be left out to fit, and layers', () => {
    const { data, ...envelope } = routingExample('running');
    const layers = data.layers.map((layer) => ({ ...layer, experts: [], importance: [], domainLoad: [] }));
    const payload = { ...envelope, data: { ...data, layers, omittedLayers: 3 } };
    expect(parsePayload(payload)).toBe(payload);
    expect(refusal({ ...envelope, data: { ...data, omittedLayers: -1 } }).path).toBe('$.data.omittedLayers');
  });

  test('shares that are all 0 stand for a layer that has seen nothing', () => {
    const payload = routingExample();
    payload.data.layers[0].load = [0, 0, 0, 0];
    expect(parsePayload(payload)).toBe(payload);
  });
});

describe('jsonBytes', () => {
  const values = [
    0,
    -1.5e-7,
    NaN,
    null,
    true,
    false,
    '',
    'é"\n',
    'plain ]~[ !#',
    'a "quoted" word',
    'a \\ alone',
    '\b\t\n\f\r\v\0\u001f\u007f\u0080',
    'ü߿ࠀ€￿',
    '🚂 and halves: \ud83d, \udc00.',
    [],
    {},
    [1, [2, 'ü']],
    { a: 1, b: [null], e: undefined }
  ];
  test.each(values.map((value) => [value]))('agrees with JSON.stringify on %j', (value) =>
    expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)))
  );

  test('stops at the limit', () => {
    expect(jsonBytes([1, 2, 3, 4], 5)).toBeGreaterThan(5);
    expect(jsonBytes([1, 2, 3, 4], 5)).toBeLessThan(9);
  });

  test('reads no more of an object than the limit asks for', () => {
    let read = 0;
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key ${i}`, i]));
    const counted = new Proxy(many, { get: (target, key) => (read++, Reflect.get(target, key) as unknown) });
    expect(jsonBytes(counted, 100)).toBeGreaterThan(100);
    expect(read).toBeLessThan(20);
  });

  test('a long key is not counted letter by letter', () => {
    // Two bytes a letter, of which only the number of letters is looked at.
    expect(jsonBytes({ ['é'.repeat(1000)]: 1 }, 100)).toBe(1004);
    expect(jsonBytes({ ['é'.repeat(1000)]: 1 })).toBe(2006);
  });

  test('counts own values only, less those that JSON leaves out', () => {
    const value = Object.assign(Object.create({ inherited: 1 }) as object, { a: 1, b: undefined, '': [{}] });
    expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
  });
});

function refusal(value: unknown): protocol.PayloadError {
  try {
    parsePayload(value);
  } catch (error) {
    expect(error).toBeInstanceOf(PayloadError);
    return error as protocol.PayloadError;
  }
  throw new Error('the payload was accepted');
}
