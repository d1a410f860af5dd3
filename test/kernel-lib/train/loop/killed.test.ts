import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { core } from '@switchyard/kernel-lib';
import { afterEach, beforeEach, expect, test } from 'vitest';

/**
 * Some ten to twenty seconds of training; SWITCHYARD_KILLED_STEPS makes it longer, 6000 are minutes. The moments of the
 * kills are random steps of it, and a random while after each: between two steps, in one, or in the writing of a
 * checkpoint, which comes after every third.
 */
const STEPS = Number(process.env.SWITCHYARD_KILLED_STEPS ?? 400);
const KILLS = 5;
const MAX_WAIT = 60;
const SCRIPT = path.resolve(import.meta.dirname, '../../../support/resumableRun.js');

interface Life {
  signal: NodeJS.Signals | null;
  /** Whether it went on from a checkpoint. */
  resumed: boolean;
  first: number;
  last: number;
  end: { status: string; losses: number; hash: string } | null;
}

/** Runs the training; kills it `wait` milliseconds after it has done step `killAt`. */
function live(folder: string, killAt = Infinity, wait = 0): Promise<Life> {
  const child = spawn(process.execPath, [SCRIPT, folder, String(STEPS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const life: Life = { signal: null, resumed: false, first: 0, last: 0, end: null };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as { resumed?: boolean; step?: number } & Partial<NonNullable<Life['end']>>;
    if (event.resumed !== undefined) {
      life.resumed = event.resumed;
    } else if (event.step !== undefined) {
      life.first ||= event.step;
      life.last = event.step;
      if (event.step === killAt) {
        setTimeout(() => child.kill('SIGKILL'), wait);
      }
    } else {
      life.end = event as Life['end'];
    }
  });
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => {
      resolve({ ...life, signal });
    });
  });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'switchyard-killed-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a run killed with -9 five times ends with the same numbers, bit for bit', { timeout: 1_200_000 }, async () => {
  const alone = await live(path.join(folder, 'alone'));
  expect(alone).toMatchObject({ signal: null, resumed: false, end: { status: 'finished', losses: STEPS } });

  const random = core.Random.fromSeed(5);
  const draws = Array.from(
    random
      .child('moments')
      .uniform([KILLS * 2])
      .dataSync()
  );
  // One kill in each fifth of the first seven tenths: there is always a rest to train.
  const fifth = (STEPS * 0.7) / KILLS;
  const killed = path.join(folder, 'killed');
  let saved = 0;
  for (let i = 0; i < KILLS; i++) {
    const killAt = Math.floor(fifth * (i + 0.1 + 0.8 * draws[i]));
    const life = await live(killed, killAt, MAX_WAIT * draws[KILLS + i]);
    expect(life).toMatchObject({ signal: 'SIGKILL', resumed: i > 0, end: null });
    // It went on from a checkpoint, not from the beginning, and lost the steps since then.
    expect(life.first).toBeGreaterThan(saved);
    saved = life.first;
    expect(life.last).toBeGreaterThanOrEqual(killAt);
  }
  const { first, end } = await live(killed);
  expect(first).toBeGreaterThan(fifth * (KILLS - 1));
  expect(end).toEqual(alone.end);
});
