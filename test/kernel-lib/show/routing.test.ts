import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { core, protocol, show } from '@switchyard/kernel-lib';
import type { train } from '@switchyard/kernel-lib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { batchOf, randomRecord } from '../../support/routingRecords';

const KEY = Symbol.for('switchyard.display');
const hooks = globalThis as unknown as Record<symbol, unknown>;

interface Sent {
  data: Record<string, unknown>;
  transient: { display_id: string };
  update: boolean;
}

/** A kernel's display that keeps what is sent. */
function fakeDisplay(): { sent: Sent[]; capture: ReturnType<typeof vi.fn> } {
  const sent: Sent[] = [];
  const capture = vi.fn(() => (message: Omit<Sent, 'update'>, update: boolean) => sent.push({ ...message, update }));
  hooks[KEY] = { capture };
  return { sent, capture };
}

const run = {
  runId: 'run-1',
  model: { kind: 'transformer' },
  task: { text: { domains: ['prose', 'python'], decode: (token: number) => `<${token}>` } },
  totalSteps: 100,
  seed: 1
} as unknown as train.RunInfo;

/** What a script prints in a Node of its own. */
function nodeOutput(script: string): string {
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

const next = core.Random.fromSeed(1).generator();

/** One training step as a run reports it. */
function step(watcher: train.Watcher, n: number): void {
  watcher.batch?.(batchOf([0, 1], 32), n);
  const record = randomRecord(next, { path: 'layers.0.moe', numTokens: 64 });
  watcher.observers?.forEach((observer) => observer.observe(record));
  watcher.step({ step: n, totalSteps: 100, scalars: { 'loss/train': 5 - n / 100 } });
}

const payloadIn = ({ data }: Sent): protocol.RoutingPayload =>
  protocol.parsePayload(data[protocol.MIME_TYPE]) as protocol.RoutingPayload;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  delete hooks[KEY];
});

describe('show.routing', () => {
  test('shows at once, then at most four times a second, and the last always', () => {
    const { sent, capture } = fakeDisplay();
    const watcher = show.routing();
    watcher.start(run);
    expect(sent).toHaveLength(1);
    for (let n = 1; n <= 50; n++) {
      step(watcher, n);
      vi.advanceTimersByTime(20);
    }
    // One second: at 0, and at 250, 500, 750 and 1000 ms.
    expect(sent).toHaveLength(5);
    watcher.end('finished');
    expect(sent).toHaveLength(6);
    vi.advanceTimersByTime(5000);
    expect(sent).toHaveLength(6);

    expect(capture).toHaveBeenCalledTimes(1);
    expect(sent.map(({ update }) => update)).toEqual([false, true, true, true, true, true]);
    expect(new Set(sent.map(({ transient }) => transient.display_id)).size).toBe(1);
    const payloads = sent.map(payloadIn);
    expect(payloads.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(payloads.map(({ source }) => source.final)).toEqual([false, false, false, false, false, true]);
    expect(payloads[5]).toMatchObject({ runId: 'run-1', source: { step: 50, totalSteps: 100, status: 'finished' } });
    expect(payloads[5].source.title).toBe('transformer, top-k 2 of 16');
    expect(payloads[5].data.tokens?.text[3]).toBe('<3>');
  });

  test('what happens between two updates is shown when the next is due', () => {
    const { sent } = fakeDisplay();
    const watcher = show.routing();
    watcher.start(run);
    step(watcher, 1);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(249);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(payloadIn(sent[1]).source.step).toBe(1);
    vi.advanceTimersByTime(5000);
    expect(sent).toHaveLength(2);
  });

  test('the last output has all three forms, and says how the run ended', () => {
    const { sent } = fakeDisplay();
    const watcher = show.routing({ title: 'mine' });
    watcher.start(run);
    step(watcher, 1);
    watcher.end('failed');
    const { data } = sent[1];
    expect(Object.keys(data)).toEqual([protocol.MIME_TYPE, 'image/svg+xml', 'text/plain']);
    expect(data['text/plain']).toContain('mine: step 1 of 100, failed');
    expect(data['image/svg+xml']).toContain('step 1 of 100, failed');
    expect(payloadIn(sent[1]).source).toMatchObject({ status: 'failed', final: true });
  });

  test('outside a notebook it is silent, and can be asked', () => {
    const watcher = show.routing();
    expect(watcher.latest()).toBeNull();
    expect(watcher.recorder).toBeNull();
    expect(() => watcher.toSVG()).toThrow('show.routing: a picture needs a run, got none yet');
    watcher.start(run);
    step(watcher, 1);
    expect(vi.getTimerCount()).toBe(0);
    const payload = protocol.parsePayload(watcher.latest()) as protocol.RoutingPayload;
    expect(payload.data.layers[0].load).toHaveLength(16);
    expect(watcher.toSVG()).toMatch(/^<svg /);
    expect(Object.keys(watcher.recorder?.specialisation() ?? {})).toEqual(['layers.0.moe']);
  });

  test('follows one run at a time, and the next from nothing', () => {
    const watcher = show.routing();
    watcher.start(run);
    step(watcher, 1);
    expect(() => watcher.start(run)).toThrow('show.routing: a watcher follows one run at a time, got run-1');
    watcher.end('stopped');
    watcher.start({ ...run, runId: 'run-2' });
    expect(watcher.latest()).toMatchObject({ runId: 'run-2', data: { layers: [] }, source: { step: 0 } });
    step(watcher, 1);
  });

  test('an update that fails between steps is a warning, the last one is an error', () => {
    hooks[KEY] = {
      capture: () => () => {
        throw new Error('socket closed');
      }
    };
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const watcher = show.routing();
    expect(() => watcher.start(run)).toThrow('socket closed');
    step(watcher, 1);
    vi.advanceTimersByTime(250);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('socket closed'), { code: 'SWITCHYARD_DISPLAY' });
    expect(() => watcher.end('finished')).toThrow('socket closed');
    warn.mockRestore();
  });

  test('where the picture cannot be drawn, the payload is shown all the same', () => {
    const script = `
      const Module = require('module');
      const load = Module._load;
      Module._load = (name, ...rest) => {
        if (name === 'jsdom') throw new Error('no jsdom here');
        return load(name, ...rest);
      };
      globalThis[Symbol.for('switchyard.display')] = { capture: () => ({ data }) => console.log(Object.keys(data).join()) };
      const { show } = require(${JSON.stringify(join(import.meta.dirname, '../../../kernel-lib'))});
      process.on('warning', ({ message }) => console.log(message.split('\\n')[0]));
      const watcher = show.training();
      watcher.start({ runId: 'r', totalSteps: 9, model: { kind: 'm' }, task: { text: { domains: [], decode: String } } });
      watcher.end('finished');
    `;
    const forms = `${protocol.MIME_TYPE},text/plain`;
    expect(nodeOutput(script)).toBe(`${forms}\n${forms}\nthe picture could not be drawn: Error: no jsdom here\n`);
  });

  test('refuses bad options where they are written', () => {
    expect(() => show.routing({ tokenSample: 5000 })).toThrow('tokenSample must be an integer 0..2048, got 5000');
  });

  test('an update that is due does not keep the process alive', () => {
    const script = `
      globalThis[Symbol.for('switchyard.display')] = { capture: () => () => console.log('shown') };
      const { show } = require(${JSON.stringify(join(import.meta.dirname, '../../../kernel-lib'))});
      const watcher = show.training();
      watcher.start({ runId: 'r', totalSteps: 9, model: { kind: 'm' }, task: { text: { domains: [], decode: String } } });
      watcher.step({ step: 1, totalSteps: 9, scalars: {} });
    `;
    expect(nodeOutput(script)).toBe('shown\n');
  });
});

describe('show.training', () => {
  test('shows the scalars of a run without routers', () => {
    const { sent } = fakeDisplay();
    const watcher = show.training();
    expect(watcher.observers).toEqual([]);
    watcher.start(run);
    step(watcher, 1);
    watcher.end('finished');
    const payload = protocol.parsePayload(sent[1].data[protocol.MIME_TYPE]);
    expect(payload).toMatchObject({ kind: 'training', data: { steps: [1], scalars: { 'loss/train': [4.99] } } });
    expect(payload.source.title).toBe('transformer');
  });
});

describe('show.depth', () => {
  test('shows what tokens take of each layer, and listens to no routing', () => {
    const { sent } = fakeDisplay();
    const watcher = show.depth();
    watcher.start(run);
    const [recorder] = watcher.observers;
    expect(recorder.kinds).toEqual(['depth', 'tokens']);
    const kept = Uint8Array.of(1, 0, 0, 1);
    const tokens = { batchSize: 1, length: 4, kept, scores: new Float32Array(4), rest: 'dropped' } as const;
    watcher.batch(batchOf([0], 4));
    recorder.observe({ kind: 'tokens', path: 'layers.0.between', ...tokens });
    watcher.step({ step: 1, totalSteps: 100, scalars: { 'loss/train': 4 } });
    watcher.end('finished');
    const payload = protocol.parsePayload(sent[1].data[protocol.MIME_TYPE]) as protocol.DepthUsagePayload;
    expect(payload).toMatchObject({
      kind: 'depth-usage',
      source: { title: 'transformer, dropped or kept', step: 1, status: 'finished' },
      data: { layers: ['layers.0.between'], modules: ['dropped', 'kept'], usage: [[0.5, 0.5]] }
    });
    expect(payload.data.tokens?.executed).toEqual([[1, 0, 0, 1]]);
    expect(sent[1].data['image/svg+xml']).toContain('dropped');
    expect(() => show.depth({ tokenSample: 513 })).toThrow('tokenSample must be an integer 0..512');
  });
});
