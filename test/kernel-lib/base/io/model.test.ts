import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { core, io, models, routers, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

const build = (options: { width?: number; seed?: number } = {}) =>
  models.moeTransformer({
    ...{ layers: 1, width: 16, experts: 4, contextLength: 8, vocabSize: 16 },
    ...{ router: routers.topK({ k: 2, balance: { bias: { rate: 0.01 } } }), ...options }
  });
/** A module that holds one tensor. */
class Holder extends core.Module {
  readonly kind = 'holder';
  readonly held: core.Buffer;
  constructor(value: tf.Tensor) {
    super();
    this.held = this.addBuffer('held', new core.Buffer(value, [core.Axis.of('n', value.size)]));
  }
  override apply(x: tf.Tensor, _ctx: core.Context): tf.Tensor {
    return x;
  }
}

const values = (model: models.Transformer): number[][] =>
  [...io.modelVariables(model).values()].map((variable) => Array.from(variable.dataSync()));

describe('saveModel and loadModel', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'switchyard-io-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a model read back has the same parameters and buffers, and nothing leaks', () => {
    const file = path.join(folder, 'model.safetensors');
    const model = build({ seed: 1 });
    const other = build({ seed: 2 });
    expect([...model.buffers().keys()]).toEqual(['layers.0.moe.router.selectionBias']);
    expectNoLeak(() => io.saveModel(model, file, { note: 'first' }));
    expect(values(other)).not.toEqual(values(model));
    expectNoLeak(() => expect(io.loadModel(other, file)).toEqual({ note: 'first' }));
    expect(values(other)).toEqual(values(model));
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });

  test('a file of another shape or cut short is refused, and the model stays as it was', () => {
    const file = path.join(folder, 'wide.safetensors');
    io.saveModel(build({ width: 32 }), file);
    const model = build();
    const before = values(model);
    expect(() => io.loadModel(model, file)).toThrow(
      `${file}: "tokens.weight" must be float32 [16, 16], got float32 [16, 32]`
    );
    writeFileSync(file, readFileSync(file).subarray(0, -5));
    expect(() => io.loadModel(model, file)).toThrow('cut short');
    expect(values(model)).toEqual(before);
  });

  test('a file of another model is refused by the first name that differs', () => {
    const file = path.join(folder, 'dense.safetensors');
    const dense = models.denseTwin(build());
    io.saveModel(dense, file);
    expect(() => io.loadModel(build(), file)).toThrow('must hold "layers.0.moe.router.weight" [16, 4], got ');
    const smaller = models.denseTransformer({
      ...{ layers: 1, width: 16, contextLength: 8, vocabSize: 16 },
      hidden: 9
    });
    expect(() => io.loadModel(smaller, file)).toThrow('must be float32 [16, 9]');
  });

  test('a buffer of bools is saved and read back, and another dtype is refused by name', () => {
    const [one, other] = [
      [true, false, true],
      [false, true, true]
    ].map((values) => new Holder(tf.tensor1d(values)));
    const file = path.join(folder, 'bools.safetensors');
    io.saveModel(one, file);
    expect([...io.decodeSafetensors(readFileSync(file), file).tensors.get('held')!.values]).toEqual([1, 0, 1]);
    io.loadModel(other, file);
    expect(other.held.variable.dtype).toBe('bool');
    expect([...other.held.variable.dataSync()]).toEqual([1, 0, 1]);
    const words = new Holder(tf.tensor1d(['a', 'b', 'c']));
    expect(() => io.saveModel(words, file)).toThrow('"held": what is saved must be float32, int32 or bool, got string');
    expect(() => io.loadModel(new Holder(tf.zeros([3])), file)).toThrow('"held" must be float32 [3], got bool [3]');
  });

  test('a folder that is not there is the error of the system, and nothing is left behind', () => {
    expect(() => io.saveModel(build(), path.join(folder, 'none', 'model.safetensors'))).toThrow('ENOENT');
  });
});
