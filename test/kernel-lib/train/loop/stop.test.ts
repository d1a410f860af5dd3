import { spawn } from 'child_process';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { train } from '@switchyard/kernel-lib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { because } from '../../../support/because';
import { bits, SHORT, smallModel, smallText } from '../../../support/runs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'switchyard-stop-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('stopping', () => {
  test('a signal ends the run after its step, with a checkpoint and what was learned', async () => {
    const controller = new AbortController();
    const model = smallModel();
    const before = bits(model);
    const { signal } = controller;
    const options = { ...SHORT, steps: 2000, evaluateEvery: 0, signal, checkpoint: { path: folder } };
    const run = train.fit(model, smallText(), options);
    // A timer runs only where the loop gives way to it.
    setTimeout(() => controller.abort(), 100);
    const result = await run;
    expect(result.status).toBe('stopped');
    expect(run.status).toBe('stopped');
    expect(result.steps).toBeGreaterThan(0);
    expect(result.steps).toBeLessThan(2000);
    expect(result.losses).toHaveLength(result.steps);
    expect(bits(model)).not.toEqual(before);
    const resumed = smallModel({ seed: 2 });
    await train.fit(resumed, smallText(), { ...options, steps: result.steps, signal: undefined, resume: folder });
    expect(bits(resumed)).toEqual(bits(model));
  });

  test('a signal that is set already ends it before the first step', async () => {
    const model = smallModel();
    const before = bits(model);
    const result = await train.fit(model, smallText(), { ...SHORT, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: 'stopped', steps: 0, losses: [] });
    expect(bits(model)).toEqual(before);
  });
});

const SCRIPT = `
const { data, models, routers, train } = require('@switchyard/kernel-lib');
const text = data.fromStrings({ a: ['some words to learn', 'and some more words'] });
const model = models.moeTransformer({ layers: 1, width: 16, contextLength: 8, experts: 2, router: routers.topK({ k: 1 }) });
const watch = { start() {}, end() {}, step: ({ step }) => process.stdout.write(step === 3 ? 'three' : '') };
const checkpoint = { path: process.argv[1] };
const options = { steps: 1e5, evaluateEvery: 0, watch, checkpoint, progress: false };
train.fit(model, text, options).then((result) => {
  const listeners = process.listenerCount('SIGINT');
  process.stdout.write(JSON.stringify({ status: result.status, steps: result.steps, listeners }));
});
`;

test.skipIf(process.platform === 'win32')(
  'an interrupt ends the run, not the process',
  because('interrupts are signals here'),
  async () => {
    const child = spawn(process.execPath, ['-e', SCRIPT, folder], {
      cwd: path.resolve(import.meta.dirname, '../../../..')
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output === 'three') {
        child.kill('SIGINT');
      }
    });
    // Should it not stop, it must not outlive the test.
    const limit = setTimeout(() => child.kill('SIGKILL'), 40_000);
    const code = await new Promise((resolve) => child.on('exit', resolve));
    clearTimeout(limit);
    const result = JSON.parse(output.slice('three'.length)) as { status: string; steps: number; listeners: number };
    expect([code, result.status, result.listeners]).toEqual([0, 'stopped', 0]);
    expect(result.steps).toBeGreaterThanOrEqual(3);
    const index = JSON.parse(readFileSync(path.join(folder, 'checkpoint.json'), 'utf8')) as { step: number };
    expect(index.step).toBe(result.steps);
  }
);
