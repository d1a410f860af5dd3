import { core, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { bits, SHORT, smallModel, smallText } from '../../../support/runs';

const dense = () => models.denseTransformer({ layers: 2, width: 16, contextLength: 16 });

/** Fails at step 4, where `spoil` has made something of the model infinite or NaN after step 3. */
async function failure(model: models.Transformer, spoil: () => void): Promise<Error> {
  let good: Record<string, number[]> = {};
  const ended: (string | undefined)[] = [];
  const watch: train.Watcher = {
    start() {},
    step({ step }) {
      if (step === 3) {
        spoil();
        good = bits(model);
      }
    },
    end: (status, error) => ended.push(status, error?.message)
  };
  const tensors = tf.memory().numTensors;
  const run = train.fit(model, smallText(), { ...SHORT, watch });
  const error = await run.then(
    () => {
      throw new Error('the run did not fail');
    },
    (reason) => reason as Error
  );
  expect(run.status).toBe('failed');
  expect(ended).toEqual(['failed', error.message]);
  expect(bits(model)).toEqual(good);
  expect(tf.memory().numTensors).toBe(tensors);
  return error;
}

const parameter = (model: models.Transformer, path: string): core.Parameter => model.parameters().get(path)!;

describe('the first number that is not finite ends the run, and the parameters stay', () => {
  test('in a parameter', async () => {
    const model = dense();
    const { variable } = parameter(model, 'layers.1.feedForward.w2.weight');
    const error = await failure(model, () => tf.tidy(() => variable.assign(tf.fill(variable.shape, NaN))));
    expect(error.message).toBe(
      'train.fit: loss and gradients must be finite; at step 4, the first that is not is ' +
        'the parameter "layers.1.feedForward.w2.weight", got loss NaN, gradient norm NaN'
    );
  });

  test('in what a module computes', async () => {
    const model = dense();
    const { message } = await failure(model, () =>
      parameter(model, 'layers.1.attention.output.weight').wrap((value) => value.mul(Infinity))
    );
    expect(message).toContain(
      'at step 4, the first that is not is the output of "layers.1.attention.output", got loss'
    );
  });

  test('in a gradient only', async () => {
    const model = dense();
    const explode = tf.customGrad((x) => ({
      value: (x as tf.Tensor).clone(),
      gradFunc: (dy: tf.Tensor) => dy.mul(Infinity)
    }));
    const { message } = await failure(model, () => parameter(model, 'layers.0.attention.qkv.weight').wrap(explode));
    expect(message).toMatch(/the gradient of "layers\.0\.attention\.qkv\.weight", got loss \d[.\d]*, gradient norm/);
  });

  test('in the logits of a router, which says so itself', async () => {
    const model = smallModel();
    const weight = parameter(model, 'layers.0.moe.router.weight');
    const error = await failure(model, () => weight.wrap((value) => value.mul(NaN)));
    expect(error.message).toContain('train.fit: step 4 failed: layers.0.moe.router: logits must be finite numbers');
    expect(error.cause).toBeInstanceOf(core.SwitchyardError);
  });

  test('the model trains again afterwards', async () => {
    const model = dense();
    let unwrap = () => {};
    await failure(model, () => {
      unwrap = parameter(model, 'head.weight').wrap((value) => value.mul(Infinity));
    });
    unwrap();
    expect(await train.fit(model, smallText(), SHORT)).toMatchObject({ status: 'finished', steps: 20 });
  });
});
