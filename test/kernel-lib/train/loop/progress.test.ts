import { train } from '@switchyard/kernel-lib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SHORT, smallModel, smallText } from '../../../support/runs';

interface Shown {
  text: string;
  id: string;
  update: boolean;
  at: number;
}

const KEY = Symbol.for('switchyard.display');
const host = globalThis as unknown as Record<symbol, unknown>;

/** What a notebook's kernel offers to the library, here keeping all that is shown. */
let shown: Shown[] = [];
beforeEach(() => {
  shown = [];
  const write = (message: { data: Record<string, string>; transient: { display_id: string } }, update: boolean) =>
    shown.push({ text: message.data['text/plain'], id: message.transient.display_id, update, at: performance.now() });
  host[KEY] = { capture: () => write };
});
afterEach(() => {
  host[KEY] = undefined;
});

const run = (options: Partial<train.FitOptions>) =>
  train.fit(smallModel(), smallText(), { ...SHORT, progress: true, ...options });

describe('the progress line in a notebook', () => {
  test('is one output, updated at most twice a second, and says how it ended', async () => {
    const running = run({ steps: 300, evaluateEvery: 0 });
    expect(shown.map(({ text }) => text)).toEqual(['step 0 of 300']);
    await running;
    expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
    expect(shown.map(({ update }) => update)).toEqual([false, ...Array<boolean>(shown.length - 1).fill(true)]);
    expect(shown[1].text).toMatch(/^step \d+ of 300, loss \d\.\d{3}, \d+\.\d steps\/s, \d+:\d\d left$/);
    expect(shown.at(-1)!.text).toMatch(/^finished: step 300 of 300, loss \d\.\d{3}, \d+\.\d steps\/s$/);
    const seconds = (shown.at(-1)!.at - shown[0].at) / 1000;
    // The first line, the first step and the last line do not wait.
    expect(shown.length - 3).toBeLessThanOrEqual(2 * seconds);
  });

  test('says that a run was stopped, and why one failed', async () => {
    await run({ signal: AbortSignal.abort() });
    expect(shown.at(-1)!.text).toBe('stopped: no step done');
    const model = smallModel();
    model
      .parameters()
      .get('head.weight')!
      .wrap((value) => value.mul(NaN));
    await expect(train.fit(model, smallText(), { ...SHORT, progress: true })).rejects.toThrow('must be finite');
    expect(shown.at(-1)!.text).toMatch(
      /^failed after no step done: train\.fit: loss and gradients must be finite; at step 1/
    );
  });

  test('two runs have an output each, and none is shown where none is wanted', async () => {
    await Promise.all([run({ steps: 2 }), run({ steps: 2 })]);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(2);
    const before = shown.length;
    await run({ steps: 2, progress: false });
    expect(shown).toHaveLength(before);
  });
});

test('outside a notebook and a terminal nothing is written', async () => {
  host[KEY] = undefined;
  const written: unknown[] = [];
  const original = process.stderr.write.bind(process.stderr);
  process.stderr.write = ((chunk: unknown) => written.push(chunk) > 0) as typeof process.stderr.write;
  try {
    await run({ steps: 2 });
  } finally {
    process.stderr.write = original;
  }
  expect(written).toEqual([]);
});

test('in a terminal it is a bar that grows, with the same words, and ends with them', async () => {
  host[KEY] = undefined;
  const written: string[] = [];
  const { stderr } = process;
  const [original, isTTY] = [stderr.write.bind(stderr), stderr.isTTY];
  stderr.write = ((chunk: unknown) => written.push(String(chunk)) > 0) as typeof stderr.write;
  stderr.isTTY = true;
  try {
    await run({ steps: 2 });
  } finally {
    stderr.write = original;
    stderr.isTTY = isTTY;
  }
  const all = written.join('');
  expect(all).toContain('step 0 of 2');
  // The bar of a run that is over is full: no empty part is left before its words.
  const last = all.slice(all.lastIndexOf('finished: step 2 of 2, loss '));
  expect(last).toMatch(/^finished: step 2 of 2, loss \d\.\d{3}, \d+\.\d steps\/s/);
  expect(all.endsWith('\n')).toBe(true);
  // The cursor is hidden while it moves, and shown again.
  expect(all.indexOf('\x1b[?25l')).toBeGreaterThanOrEqual(0);
  expect(all.lastIndexOf('\x1b[?25h')).toBeGreaterThan(all.lastIndexOf('\x1b[?25l'));
});
