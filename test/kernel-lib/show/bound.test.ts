import { core, protocol, telemetry } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { batchOf, randomRecord, scoresOf } from '../../support/routingRecords';
import { EXAMPLES, example, routingExample } from '../../support/payloads';

interface Size {
  L: number;
  E: number;
  k: number;
  steps?: number;
  tokens?: number;
}

/** What a recorder would hold of a run of this size, at full length. */
function recorded({ L, E, k, steps = 100, tokens = 128 }: Size, paired?: string): protocol.RoutingPayload {
  const next = core.Random.fromSeed(1).generator();
  const domains = ['prose', 'python', 'typescript'];
  const recorder = telemetry.recorder({ domains, tokenSample: 128, decode: (token) => `"token\n${token}"` });
  const records = Array.from({ length: L }, (_, l) =>
    randomRecord(next, { path: `layers.${l}.moe`, numExperts: E, k, numTokens: tokens })
  );
  records.forEach((record) => {
    const row = Array.from({ length: E }, () => 40 * next() - 20);
    record.scores = scoresOf(
      [row, row.map((x) => -x)],
      row.map((x) => x / 1e4)
    );
  });
  for (let step = 1; step <= steps; step++) {
    recorder.batch(batchOf([step % 3], tokens));
    records.forEach((record) => recorder.observe(record));
    recorder.step(step, { 'loss/train': next() * 1e-7, gradientNorm: -next() * 1e9 });
  }
  return { ...routingExample(), data: recorder.data({ paired }) };
}

/** Too much for any payload. */
const wide = Array.from({ length: 400 }, () => new Array<number>(400).fill(1 / 400));

const bytes = (payload: protocol.Payload): number => Buffer.byteLength(JSON.stringify(payload));

describe('bound', () => {
  test.each<Size>([
    { L: 1, E: 2, k: 1 },
    { L: 4, E: 16, k: 2, steps: 1000 },
    { L: 16, E: 64, k: 8 },
    { L: 48, E: 128, k: 8 },
    { L: 96, E: 512, k: 8, steps: 10 },
    { L: 1, E: 4096, k: 2, steps: 10 }
  ])('$L layers of $E experts fit in 64 kB', (size) => {
    const full = recorded(size);
    const payload = telemetry.bound(full);
    expect(bytes(payload)).toBeLessThanOrEqual(protocol.MAX_PAYLOAD_BYTES);
    expect(protocol.parsePayload(JSON.stringify(payload))).toEqual(payload);
    const { layers, omittedLayers = 0 } = payload.data;
    expect(layers.length + omittedLayers).toBe(size.L);
    layers.forEach(({ load, path }) => {
      const exact = full.data.layers.find((layer) => layer.path === path)?.load ?? [];
      load.forEach((x, e) => expect(Math.abs(x - exact[e])).toBeLessThanOrEqual(0.01 / size.E));
    });
  });

  test('a usual run keeps everything but the length of its histories', () => {
    const { data } = telemetry.bound(recorded({ L: 4, E: 16, k: 2, steps: 1000 }));
    expect(data.layers.every((layer) => layer.experts.length === 16 && layer.importance.length === 16)).toBe(true);
    expect(data.layers.every((layer) => layer.coActivation !== null && layer.domainLoad.length === 3)).toBe(true);
    expect(data.history.steps.length).toBeGreaterThanOrEqual(100);
    expect(data.history.loadSteps.length).toBeGreaterThanOrEqual(16);
    expect(data.history.steps.at(-1)).toBe(1000);
    expect(data.history.loadSteps.at(-1)).toBe(1000);
  });

  test('48 layers of 128 experts keep every layer and some history', () => {
    const { data } = telemetry.bound(recorded({ L: 48, E: 128, k: 8 }));
    expect(data.layers).toHaveLength(48);
    expect(data.layers[0].coActivation).toBeNull();
    expect(data.history.steps.length).toBeGreaterThanOrEqual(4);
  });

  test('details of one of them have its tables, and all tokens and histories', () => {
    const path = 'layers.20.moe';
    const whole = recorded({ L: 48, E: 128, k: 8 }, path);
    const details = telemetry.boundDetails(whole, path);
    expect(bytes(details)).toBeLessThanOrEqual(protocol.MAX_DETAILED_BYTES);
    expect(protocol.parsePayload(details, { maxBytes: protocol.MAX_DETAILED_BYTES })).toBe(details);
    const { layers, history, tokens } = details.data;
    expect(layers.map((layer) => layer.path)).toEqual(telemetry.bound(whole).data.layers.map((layer) => layer.path));
    const having = (has: (layer: protocol.LayerRouting) => unknown): number[] =>
      layers.flatMap((layer, i) => (has(layer) ? [i] : []));
    expect(having(({ coActivation }) => coActivation)).toEqual([20]);
    expect(having(({ topTokens }) => topTokens)).toEqual([20]);
    expect(having(({ transitions }) => transitions)).toEqual([20, 21, 22]);
    const { coActivation, transitions, domainLoad, topTokens } = layers[20];
    const sizes = [coActivation, transitions, domainLoad, topTokens].map((rows) => rows?.length);
    expect(sizes).toEqual([128, 128, 3, 128]);
    expect(layers.every(({ importance, experts }) => importance.length === 128 && experts.length === 128)).toBe(true);
    expect(tokens?.text).toHaveLength(128);
    expect(history.steps.length).toBeGreaterThanOrEqual(50);
    expect(history.loadSteps.length).toBeGreaterThanOrEqual(4);
  });

  test('layers that do not fit are left out evenly, and counted', () => {
    const { data } = telemetry.bound(recorded({ L: 96, E: 512, k: 8, steps: 10 }));
    const depths = data.layers.map(({ path }) => Number(path.split('.')[1]));
    expect(depths[0]).toBe(0);
    expect(depths.at(-1)).toBe(95);
    expect(data.omittedLayers).toBe(96 - depths.length);
    expect(new Set(depths).size).toBe(depths.length);
  });

  test('a sample that is cut says so', () => {
    const { tokens } = telemetry.bound(recorded({ L: 16, E: 256, k: 4 })).data;
    expect(tokens?.truncated).toBe(true);
    expect(tokens?.text.length).toBeGreaterThan(0);
    expect(tokens?.experts[15]).toHaveLength(tokens?.text.length ?? 0);
  });

  test('choices that do not fit as rows go as bytes, all tokens of them', () => {
    const full = recorded({ L: 16, E: 16, k: 2 }).data.tokens;
    const { tokens } = telemetry.bound(recorded({ L: 16, E: 16, k: 2 })).data;
    expect(tokens?.truncated).toBe(false);
    expect(tokens?.weights).toEqual(Array(16).fill([]));
    expect(typeof tokens?.experts[15]).toBe('string');
    expect(protocol.choicesOf(tokens?.experts[15] ?? [], 2)).toEqual(full?.experts[15]);
  });

  test('what later minor versions added is rounded, and left out where it would not fit', () => {
    const payload = routingExample('finished');
    const { data } = telemetry.bound(payload);
    const [layer] = data.layers;
    expect([layer.meanWeight, layer.classLoad, layer.topTokens, layer.transitions].every(Boolean)).toBe(true);
    expect(data.tokenClasses).toEqual(payload.data.tokenClasses);
    expect(data.tokens?.earlier?.map(({ step }) => step)).toEqual([0, 125, 250]);
    expect(protocol.choicesOf(data.tokens?.earlier?.[1].experts[2] ?? [], 2)).toEqual(
      protocol.choicesOf(payload.data.tokens?.earlier?.[1].experts[2] ?? [], 2)
    );
    const layers = payload.data.layers.map((each) => ({ ...each, transitions: each.transitions && wide }));
    const bounded = telemetry.bound({ ...payload, data: { ...payload.data, layers } });
    expect(bounded.data.layers[0].transitions).toBeUndefined();
    expect(bytes(bounded)).toBeLessThanOrEqual(protocol.MAX_PAYLOAD_BYTES);
  });

  test('joins steps by their mean, and bears the last', () => {
    const steps = Array.from({ length: 2000 }, (_, i) => i + 1);
    const scalars = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`x${i}`, steps.map((s) => (s % 2 ? s : null))])
    );
    const payload = { ...example('training'), data: { steps, scalars } } as protocol.TrainingPayload;
    const { data } = telemetry.bound(payload);
    expect(bytes(telemetry.bound(payload))).toBeLessThanOrEqual(protocol.MAX_PAYLOAD_BYTES);
    // Bins of five after those of the start, of which none is longer than all before it: (11 + 13) / 2, (15 + 17 + 19) / 3.
    expect(data.steps.slice(0, 7)).toEqual([1, 2, 4, 8, 13, 18, 23]);
    expect(data.scalars.x3.slice(0, 7)).toEqual([1, null, 3, 6, 11, 16, 21]);
    expect(payload.data.steps).toHaveLength(2000);
  });

  test('large scalars, which JSON writes out, still fit', () => {
    const steps = Array.from({ length: 512 }, (_, i) => i + 1);
    const scalars = Object.fromEntries(
      Array.from({ length: 64 }, (_, i) => [`x${i}`, steps.map((s) => -1.2345e20 - s * 1e16)])
    );
    const payload = { ...example('training'), data: { steps, scalars } } as protocol.TrainingPayload;
    expect(bytes(telemetry.bound(payload))).toBeLessThanOrEqual(protocol.MAX_PAYLOAD_BYTES);
  });

  test.each(EXAMPLES)('leaves the example %s valid and itself unchanged', (name) => {
    const payload = example(name);
    const bounded = telemetry.bound(payload);
    protocol.parsePayload(bounded);
    expect(payload).toEqual(example(name));
    expect(telemetry.bound(bounded)).toEqual(bounded);
  });

  test('scalars keep five digits, whatever their size', () => {
    const values = [0, 1.234567, -98765.4321, 1.23456e-9, 6.54321e21, 0.1 + 0.2, 5e-320];
    const steps = values.map((_, i) => i);
    const payload = { ...example('training'), data: { steps, scalars: { x: values } } } as protocol.TrainingPayload;
    expect(telemetry.bound(payload).data.scalars.x).toEqual([0, 1.2346, -98765, 1.2346e-9, 6.5432e21, 0.3, 5e-320]);
  });

  test('numbers that are none become null', () => {
    const payload = routingExample();
    payload.data.history.scalars['loss/train'][1] = NaN;
    payload.data.layers[0].cv = Infinity;
    const { data } = telemetry.bound(payload);
    expect(data.history.scalars['loss/train'][1]).toBeNull();
    expect(data.layers[0].cv).toBeNull();
  });
});
