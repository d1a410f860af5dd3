import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { core, io, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { LARGE, writeSparse } from '../../../support/sparseFile';

const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-large-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A trained scalar beside a buffer of more than 2 GiB. */
class Large extends core.Module {
  readonly kind = 'large';
  readonly large: core.Buffer;
  readonly small: core.Parameter;
  constructor(value: number) {
    super();
    this.large = this.addBuffer(
      'large',
      core.Buffer.over([core.Axis.of('n', LARGE)], (s) => tf.fill(s, value))
    );
    this.small = this.addParameter(
      'small',
      core.Parameter.over([], (s) => tf.fill(s, value))
    );
  }
  override apply(x: tf.Tensor, _ctx: core.Context): tf.Tensor {
    return x.mul(this.small.read());
  }
  ends(): number[] {
    const read = (at: number): number => tf.tidy(() => this.large.variable.slice([at], [1]).dataSync()[0]);
    return [read(0), read(LARGE - 1)];
  }
}

const task: train.Task = {
  kind: 'scale',
  fixed: {},
  batch: () => ({}),
  loss: (model, _batch, ctx) => model.apply(tf.scalar(1), ctx).square() as tf.Scalar
};
const fit = (model: core.Module, options: Partial<train.TaskFitOptions>) =>
  train.fit(model, task, { steps: 2, warmup: 0, schedule: 'constant', progress: false, ...options });

describe('a tensor of more than 2 GiB', () => {
  test('is read', () => {
    const file = path.join(folder, 'sparse.safetensors');
    writeSparse(file);
    const { tensors } = io.readSafetensors(file);
    const { shape, values } = tensors.get('large')!;
    expect(shape).toEqual([LARGE]);
    expect([values.length, values[0], values[LARGE - 2], values[LARGE - 1]]).toEqual([LARGE, 0, 0, 7]);
    expect(tensors.get('small')!.values).toEqual(Int32Array.of(5, 6));
  });

  test('is saved with its model and loaded', () => {
    const file = path.join(folder, 'model.safetensors');
    const model = new Large(3);
    io.saveModel(model, file);
    model.dispose();
    const other = new Large(0);
    io.loadModel(other, file);
    expect([...other.ends(), other.small.variable.dataSync()[0]]).toEqual([3, 3, 3]);
    other.dispose();
    rmSync(file);
  });

  test('is in a checkpoint, and the run goes on from it', async () => {
    const checkpoint = { path: path.join(folder, 'run') };
    const model = new Large(3);
    await fit(model, { steps: 1, checkpoint });
    await fit(model, { steps: 2, resume: checkpoint.path });
    const whole = model.small.variable.dataSync()[0];
    model.dispose();
    const other = new Large(0);
    await fit(other, { steps: 2, resume: checkpoint.path });
    expect(other.ends()).toEqual([3, 3]);
    expect(other.small.variable.dataSync()[0]).toBe(whole);
    other.dispose();
  });
});
