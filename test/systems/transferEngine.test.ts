import { core, moe, routers, sim } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { Context, Random } = core;
const nic: sim.Link = { latency: 5e-6, bandwidth: 50e9 };
const nics = [nic, nic];

/** Writes of different sizes that fill a memory; the last is small, so that it overtakes others easily. */
function fillMemory(count: number): { writes: sim.comm.Write[]; size: number } {
  const writes: sim.comm.Write[] = [];
  let size = 0;
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from(
      { length: i === count - 1 ? 10 : 3000 + 700 * i },
      (_, at) => 1 + ((i * 37 + at) % 255)
    );
    writes.push({ offset: size, data, immediate: 7 });
    size += data.length;
  }
  return { writes, size };
}

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed);

describe('[transferengine]', () => {
  test('the counter fires when all writes have landed and not before, in whatever order packets come', () => {
    const { writes, size } = fillMemory(6);
    let overtaken = 0;
    for (const seed of SEEDS) {
      const random = Random.fromSeed(seed);
      const options = { nics, packetBytes: 1024, jitterSeconds: 20e-6, random };
      const { arrivals, fired, memory, seconds } = sim.comm.p2p(writes, size, new Map([[7, 6]]), options);
      expect(Buffer.compare(memory, Buffer.concat(writes.map(({ data }) => data)))).toBe(0);
      expect(fired.get(7)).toBe(arrivals[arrivals.length - 1].at);
      expect(fired.get(7)).toBe(seconds);
      // What a protocol would do that trusts the order: take the last write for the sign that all are there.
      const ofLast = arrivals.filter(({ write }) => write === 5).map(({ at }) => at);
      overtaken += Math.max(...ofLast) < seconds ? 1 : 0;
    }
    expect(overtaken).toBeGreaterThan(SEEDS.length / 2);
  });

  test('it does not fire while one write is missing', () => {
    const { writes, size } = fillMemory(6);
    const options = { nics, jitterSeconds: 20e-6 };
    expect(sim.comm.p2p(writes.slice(1), size, new Map([[7, 6]]), options).fired.size).toBe(0);
    const other = writes.map((write, i) => ({ ...write, immediate: i === 2 ? 8 : 7 }));
    expect(sim.comm.p2p(other, size, new Map([[7, 6]]), options).fired.size).toBe(0);
  });

  test('expectations and writes may come in either order, and counts start anew', () => {
    const counter = new sim.comm.ImmCounter();
    const fired: string[] = [];
    counter.add(1);
    counter.expect(1, 2, () => fired.push('first'));
    counter.add(2);
    expect(fired).toEqual([]);
    counter.add(1);
    counter.add(1);
    expect(fired).toEqual(['first']);
    counter.expect(1, 1, () => fired.push('second'));
    expect(fired).toEqual(['first', 'second']);
  });

  test.each([1, 2, 4])('over %i cards without jitter, the time is latency + packets each / bandwidth', (count) => {
    const packetBytes = 4096;
    const data = new Uint8Array(37 * packetBytes).fill(1);
    const cards = new Array<sim.Link>(count).fill(nic);
    const { seconds } = sim.comm.p2p([{ offset: 0, data, immediate: 0 }], data.length, new Map(), {
      ...{ nics: cards, packetBytes }
    });
    expect(seconds).toBeCloseTo(nic.latency + (Math.ceil(37 / count) * packetBytes) / nic.bandwidth, 12);
  });

  /** A router's choices for 48 tokens, 8 experts on 4 devices. */
  function routed() {
    const [numTokens, width, numDevices] = [48, 16, 4];
    const records: core.RoutingRecord[] = [];
    const random = Random.fromSeed(3);
    const layer = moe.layer({ router: routers.topK({ k: 2 }), experts: 8, width, hidden: 4, random });
    const x = random.child('x').normal([numTokens, width]);
    layer
      .apply(x, Context.create({ observers: [core.observer('routing', (record) => records.push(record))] }))
      .dispose();
    const tokens = x.dataSync<'float32'>().slice();
    x.dispose();
    layer.dispose();
    return { tokens, width, numDevices, routing: records[0], deviceOf: [0, 0, 1, 1, 2, 2, 3, 3] };
  }

  test('dispatch and combine lose no row, and experts that do nothing give the tokens back', () => {
    const task = routed();
    for (const seed of SEEDS.slice(0, 5)) {
      const transfer = { nics, packetBytes: 32, jitterSeconds: 20e-6 };
      const report = sim.comm.dispatchCombine({ ...task, transfer, random: Random.fromSeed(seed) });
      expect(report.received.reduce((a, b) => a + b)).toBe(48 * 2);
      task.tokens.forEach((value, i) => expect(report.outputs[i]).toBeCloseTo(value, 5));
    }
  });

  test('each row reaches the expert that was chosen for it', () => {
    const task = routed();
    const { outputs } = sim.comm.dispatchCombine({
      ...{ ...task, transfer: { nics, jitterSeconds: 20e-6 }, random: Random.fromSeed(1) },
      expert: (e, token) => token.map((value) => value * (e + 1))
    });
    const { indices, weights } = task.routing;
    const factor = (t: number) => [0, 1].reduce((sum, j) => sum + weights[2 * t + j] * (indices[2 * t + j] + 1), 0);
    outputs.forEach((value, i) => expect(value).toBeCloseTo(task.tokens[i] * factor(Math.floor(i / 16)), 4));
  });

  test('the time of a dispatch is that of the device that sends most', () => {
    const task = routed();
    const rowBytes = 16 * 4;
    const transfer = { nics: [nic], packetBytes: rowBytes };
    const { dispatchSeconds } = sim.comm.dispatchCombine({ ...task, transfer, random: Random.fromSeed(1) });
    const sent = [0, 0, 0, 0];
    task.routing.indices.forEach((e, a) => {
      const home = Math.floor(Math.floor(a / 2) / 12);
      sent[home] += task.deviceOf[e] === home ? 0 : 1;
    });
    expect(dispatchSeconds).toBeCloseTo(nic.latency + (Math.max(...sent) * rowBytes) / nic.bandwidth, 12);
  });
});
