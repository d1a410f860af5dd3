import { once } from 'node:events';
import { createRequire } from 'node:module';
import { spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';

type Ending = { asked: () => boolean; dispose: () => void };
const { endWhenAsked } = createRequire(__filename)('../../kernel-lib/bin/support/endWhenAsked.js') as {
  endWhenAsked: (child: { kill: (signal: NodeJS.Signals) => boolean }, patience: number) => Ending;
};

const PATIENCE = 200;
let ending: Ending | null = null;
afterEach(() => ending?.dispose());

/** A process that ends at this many signals; the signal that it died of, or its exit code. */
async function endOf(signals: number): Promise<string | number> {
  const script = `let left = ${signals}; process.on('SIGTERM', () => --left || process.exit(7)); setInterval(() => {}, 1000); console.log('ready');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  ending = endWhenAsked(child, PATIENCE);
  // As Ctrl-C in a terminal and npm do: twice.
  process.emit('SIGINT');
  process.emit('SIGINT');
  expect(ending.asked()).toBe(true);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  ending.dispose();
  return signal ?? code!;
}

test('a child that ends at the first signal is asked once', async () => {
  const before = Date.now();
  expect(await endOf(1)).toBe(7);
  expect(Date.now() - before).toBeLessThan(5 * PATIENCE);
});

test('one that waits is asked again, and one that does not hear is ended', async () => {
  expect(await endOf(2)).toBe(7);
  expect(await endOf(3)).toBe('SIGKILL');
});

test('a process that was not asked ends nobody', () => {
  const before = process.listenerCount('SIGHUP');
  const signals: string[] = [];
  const own = endWhenAsked({ kill: (signal) => signals.push(signal) > 0 }, PATIENCE);
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);
  own.dispose();
  expect(own.asked()).toBe(false);
  expect(process.listenerCount('SIGHUP')).toBe(before);
  expect(signals).toEqual([]);
});
