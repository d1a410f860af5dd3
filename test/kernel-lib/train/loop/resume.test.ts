import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { data, tf, train } from '@switchyard/kernel-lib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bits, SHORT, smallModel, smallText } from '../../../support/runs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'switchyard-run-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A watcher that does something after one step. */
function after(step: number, f: () => void): train.Watcher {
  return {
    ...{ start() {}, end() {} },
    step(report) {
      if (report.step === step) {
        f();
      }
    }
  };
}

/** Ten steps of twenty, then a checkpoint. */
async function firstHalf(model = smallModel()): Promise<void> {
  const run = train.fit(model, smallText(), {
    ...SHORT,
    ...{ checkpoint: { path: folder }, watch: after(10, () => run.stop()) }
  });
  expect(await run).toMatchObject({ status: 'stopped', steps: 10 });
}

describe('resuming', () => {
  test('goes on to the same numbers, bit for bit, as if nothing had been', async () => {
    const straight = smallModel();
    const whole = await train.fit(straight, smallText(), SHORT);
    await firstHalf();
    // Another seed of the parameters: all of them must come from the checkpoint.
    const resumed = smallModel({ seed: 9 });
    const rest = await train.fit(resumed, smallText(), { ...SHORT, resume: folder });
    expect(bits(resumed)).toEqual(bits(straight));
    expect({ ...rest, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  });

  test('a finished run has nothing left to do', async () => {
    await train.fit(smallModel(), smallText(), { ...SHORT, steps: 3, checkpoint: { path: folder } });
    const model = smallModel();
    const result = await train.fit(model, smallText(), { ...SHORT, steps: 3, resume: folder });
    expect(result).toMatchObject({ status: 'finished', steps: 3 });
    expect(result.losses).toHaveLength(3);
  });

  test('checkpoints are written every few steps and at the end, each in place of the last', async () => {
    const seen: string[][] = [];
    const look = { ...after(0, () => {}), step: () => seen.push(readdirSync(folder)) } as train.Watcher;
    const checkpoint = { path: path.join(folder), every: 2 };
    await train.fit(smallModel(), smallText(), { ...SHORT, steps: 5, checkpoint, watch: look });
    const names = (step: number) => ['checkpoint.json', `step-0000000${step}.safetensors`];
    expect(seen).toEqual([[], [], names(2), names(2), names(4)]);
    expect(readdirSync(folder)).toEqual(names(5));
  });
});

describe('a checkpoint that does not fit is refused, and the model stays as it was', () => {
  /** Tries to resume and expects this error, an untouched model and no tensor left over. */
  function refuses(message: string | RegExp, options: Partial<train.FitOptions> = {}, text = smallText()): void {
    const model = smallModel({ seed: 5 });
    const before = bits(model);
    const tensors = tf.memory().numTensors;
    expect(() => train.fit(model, text, { ...SHORT, resume: folder, ...options })).toThrow(message);
    expect(bits(model)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  }
  const tensorsFile = () =>
    path.join(
      folder,
      readdirSync(folder).find((name) => name.startsWith('step-'))!
    );
  const indexFile = () => path.join(folder, 'checkpoint.json');
  const editIndex = (changes: object) =>
    writeFileSync(indexFile(), JSON.stringify({ ...JSON.parse(readFileSync(indexFile(), 'utf8')), ...changes }));

  test('none there', () => {
    refuses(`${indexFile()}: must be a file of a checkpoint, got ENOENT`);
  });

  test('cut short', async () => {
    await firstHalf();
    const tensors = readFileSync(tensorsFile());
    writeFileSync(tensorsFile(), tensors.subarray(0, tensors.length - 4));
    refuses('so the file is cut short');
    rmSync(tensorsFile());
    refuses('step-00000010.safetensors: must be a file of a checkpoint, got ENOENT');
    writeFileSync(indexFile(), readFileSync(indexFile(), 'utf8').slice(0, -20));
    refuses('checkpoint.json: must be whole JSON');
  });

  test('of another shape or another model', async () => {
    await firstHalf(smallModel({ width: 32 }));
    refuses('"model.tokens.weight" must be float32 [256, 16], got float32 [256, 32]');
    await firstHalf(smallModel({ layers: 2 }));
    refuses('must hold only what the model has, got "model.layers.1.attentionNorm.weight" as well');
  });

  test('of another run', async () => {
    await firstHalf();
    refuses("train.fit: seed must be the checkpoint's (1), got 2", { seed: 2 });
    refuses("train.fit: batchSize must be the checkpoint's (4), got 8", { batchSize: 8 });
    refuses(/the data must be the checkpoint's \(sha256 \w{64}\), got \w{64}/, {}, data.fromStrings({ a: ['b', 'c'] }));
  });

  test('tampered with', async () => {
    await firstHalf();
    editIndex({ step: 11 });
    refuses('must be of step 11 and seed 1, as checkpoint.json says');
    editIndex({ step: 10, file: '../../../x.safetensors' });
    refuses('must name a file of tensors, a step and a seed');
    editIndex({ format: 'switchyard-checkpoint-9' });
    refuses('format must be "switchyard-checkpoint-1", got switchyard-checkpoint-9');
  });
});
