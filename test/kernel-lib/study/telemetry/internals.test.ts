import { core, protocol, routers, telemetry } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLayer, tokens } from '../../../support/moeLayer';
import { routingExample } from '../../../support/payloads';
import { batchOf, recordOf, scoresOf } from '../../../support/routingRecords';

/** Two tokens of a layer of four experts. */
function record(logits: number[][], bias: number[] | null = null, path = 'moe'): ReturnType<typeof recordOf> {
  return { ...recordOf([0, 1, 0, 2], { path }), scores: scoresOf(logits, bias) };
}

/** The payload as it is sent, checked. */
function sent(recorder: telemetry.Recorder): protocol.RoutingData {
  const payload = telemetry.bound({ ...routingExample(), data: recorder.data() });
  protocol.parsePayload(JSON.stringify(payload));
  return payload.data;
}

describe("routers' scores", () => {
  test('logits, margins and z-loss, counted by hand', () => {
    const recorder = telemetry.recorder();
    // Margins 2 and 0.5; -30 and 100 lie beyond the last edges.
    recorder.observe(record([
      [0, 2, -1, 0],
      [-30, 100, 99.5, 0.1]
    ])); // prettier-ignore
    recorder.step(1);
    const { layers, scoreBins, history } = sent(recorder);
    const { logits, margins, margin, zLoss, bias, biasFlips } = layers[0].internals!;
    const bin = (edges: readonly number[], x: number): number =>
      Math.min(edges.length - 2, Math.max(0, edges.findIndex((edge) => edge > x) - 1));
    const { logits: edges, margins: steps } = scoreBins!;
    expect([edges[0], edges[20], edges.at(-1), steps[0], steps.length]).toEqual([-27.2899, 0, 27.2899, 0, 21]);
    const expected = new Array<number>(40).fill(0);
    [bin(edges, 0), bin(edges, 2), bin(edges, -1), bin(edges, 0), 0, 39, 39, bin(edges, 0.1)].forEach(
      (i) => (expected[i] += 1 / 8)
    );
    expect(logits).toEqual(expected);
    expect(margins.map((share, i) => (share > 0 ? [i, share] : null)).filter(Boolean)).toEqual([
      [bin(steps, 0.5), 0.5],
      [bin(steps, 2), 0.5]
    ]);
    expect(margin).toBe(1.25);
    const z = [Math.log(2 + Math.exp(2) + Math.exp(-1)), 100 + Math.log(1 + Math.exp(-0.5))];
    expect(zLoss).toBeCloseTo((z[0] ** 2 + z[1] ** 2) / 2, 0);
    expect([bias, biasFlips]).toEqual([undefined, undefined]);
    expect(history.internals).toEqual({ steps: [1], zLoss: [[zLoss]], margin: [[1.25]], biasSize: [], biasFlips: [] });
  });

  test('a selection bias: its size, and how often each crosses zero', () => {
    const recorder = telemetry.recorder();
    const biases = [
      [0, 0, 0, 0],
      [0.1, -0.1, 0.1, 0],
      // The first turns; the second stops at 0, which is no change of sign yet.
      [-0.1, 0, 0.2, 0],
      [0.1, 0.1, 0.3, 0],
      // Rounding about 0 is none.
      [1e-9, 0.1, 0.4, -1e-9]
    ];
    biases.forEach((bias, step) => {
      recorder.observe(record([[1, 0, 0, 0], [1, 0, 0, 0]], bias)); // prettier-ignore
      recorder.step(step + 1);
    });
    const { layers, history } = sent(recorder);
    expect(layers[0].internals!.bias!.slice(1, 3)).toEqual([0.1, 0.4]);
    expect(layers[0].internals!.biasFlips).toEqual([2, 1, 0, 0]);
    const { biasSize, biasFlips } = history.internals!;
    expect(biasSize[0].map((x) => Number(x!.toFixed(4)))).toEqual([0, 0.075, 0.075, 0.125, 0.125]);
    expect(biasFlips).toEqual([[0, 0, 0.25, 0.5, 0]]);
  });

  test('scores of the latest steps only, as loads; a layer that tells none has none', () => {
    const recorder = telemetry.recorder({ window: 1 });
    for (let step = 1; step <= 3; step++) {
      recorder.observe(record([[step * 5, 0, 0, 0], [step * 5, 0, 0, 0]])); // prettier-ignore
      recorder.observe(recordOf([0, 1, 0, 2], { path: 'silent' }));
      recorder.step(step);
    }
    const { layers, history } = sent(recorder);
    // Steps 3 and, of the window before, 3 alone: the step under way is empty.
    expect(layers[0].internals!.margin).toBe(15);
    expect(layers[1].internals).toBeUndefined();
    expect(history.internals!.margin).toEqual([
      [5, 10, 15],
      [null, null, null]
    ]);
  });

  test('the schema version is that of the newest fields, and a payload without them is read as before', () => {
    expect(protocol.SCHEMA_VERSION).toBe('1.7');
    const old = routingExample('finished');
    delete old.data.scoreBins;
    // Bins must be there for what is told in them.
    expect(() => protocol.parsePayload(old)).toThrow('must be left out where there are no scoreBins');
    old.data.layers.forEach((layer) => delete layer.internals);
    delete old.data.history.internals;
    expect(() => protocol.parsePayload({ ...old, schemaVersion: '1.4' })).not.toThrow();
  });
});

test('what experts have no room for, against their capacity, and those that every token shares: of a real layer', () => {
  const layer = makeLayer({ router: routers.topK({ k: 1 }), capacityFactor: 1.2, sharedExperts: 2 });
  const x = tokens();
  const recorder = telemetry.recorder();
  const records: core.RoutingRecord[] = [];
  const pass = (): void => {
    const ctx = core.Context.create({
      observers: [recorder, core.observer('routing', (record) => records.push(record))]
    });
    layer.apply(x, ctx).dispose();
    ctx.dispose();
  };
  // Of two passes in a step both count.
  pass();
  pass();
  recorder.step(1);
  const [{ overflow, capacity, sharedExperts, load, dropped }] = sent(recorder).layers;
  // Ten tokens to four experts: three each at most, which is 1.2 times 2.5.
  expect([records[0].capacity, capacity, sharedExperts]).toEqual([3, 1.2, 2]);
  const expected = load.map((share) => {
    const count = Math.round(share * 10);
    return count === 0 ? null : Number((Math.max(0, count - 3) / count).toFixed(3));
  });
  expect(overflow).toEqual(expected);
  expect(Math.max(...load)).toBeGreaterThan(0.3);
  expect(dropped).toBeGreaterThan(0);
  x.dispose();
  layer.dispose();
});

test('the same tokens seen again are one context, as heavy as they were at most; the heaviest come first, of the latest steps', () => {
  const recorder = telemetry.recorder({ window: 1, decode: (token) => `<${token}>` });
  const see = (step: number, weights: number[]): void => {
    recorder.batch(batchOf([-1], 3));
    recorder.observe({ ...recordOf([0, 0, 1], { k: 1 }), weights: Float32Array.from(weights) });
    recorder.step(step);
  };
  const tokens = (): [string, number, number][] =>
    sent(recorder).layers[0].contexts![0].map(({ token, weight, step }) => [token, weight!, step]);
  see(1, [0.25, 0.5, 1]);
  see(2, [0.75, 0.25, 1]);
  expect(tokens()).toEqual([['<0>', 0.75, 2], ['<1>', 0.25, 2]]); // prettier-ignore
  see(3, [0.125, 0.375, 1]);
  see(4, [0.125, 0.125, 1]);
  // The last window of one step: of each place the newer one counts.
  expect(tokens()).toEqual([['<0>', 0.125, 4], ['<1>', 0.125, 4]]); // prettier-ignore
  const twice = telemetry.recorder({ decode: (token) => `<${token}>` });
  for (const weight of [0.5, 0.75, 0.25]) {
    twice.batch(batchOf([-1], 1));
    twice.observe({ ...recordOf([0], { k: 1 }), weights: Float32Array.of(weight) });
  }
  expect(sent(twice).layers[0].contexts![0].map(({ weight }) => weight)).toEqual([0.75]);
});
