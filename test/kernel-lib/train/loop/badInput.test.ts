import { data, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { SHORT, smallModel, smallText } from '../../../support/runs';

describe('options that do not fit are refused at once', () => {
  test.each<[string, Partial<train.FitOptions>, string]>([
    ['no steps', { steps: 0 }, 'train.fit: steps must be an integer of at least 1, got 0'],
    ['half a seed', { seed: 0.5 }, 'train.fit: seed must be an integer'],
    ['an empty batch', { batchSize: 0 }, 'train.fit: batchSize must be an integer of at least 1, got 0'],
    ['too long sequences', { length: 17 }, 'train.fit: length must be an integer 1..16, got 17'],
    ['a NaN rate', { learningRate: NaN }, 'train.fit: learningRate must be a number of at least 0, got NaN'],
    ['a negative warm-up', { warmup: -1 }, 'train.fit: warmup must be'],
    ['an unknown schedule', { schedule: 'linear' as 'cosine' }, 'train.fit: schedule must be one of cosine, constant'],
    ['a floor above 1', { finalFraction: 2 }, 'train.fit: finalFraction must be a number 0..1, got 2'],
    ['a negative decay', { weightDecay: -1 }, 'train.fit: weightDecay must be'],
    ['a beta of 1', { betas: [0.9, 1] }, 'train.fit: betas must be'],
    ['a norm of 0', { clipNorm: 0 }, 'train.fit: clipNorm must be more than 0, got 0'],
    ['half an interval', { evaluateEvery: 1.5 }, 'train.fit: evaluateEvery must be'],
    ['no batches', { evaluateBatches: 0 }, 'train.fit: evaluateBatches must be'],
    ['no interval', { checkpoint: { path: 'x', every: 0 } }, 'train.fit: checkpoint.every must be']
  ])('%s', (_, options, message) => {
    const tensors = tf.memory().numTensors;
    const model = smallModel();
    expect(() => train.fit(model, smallText(), { ...SHORT, ...options })).toThrow(message);
    model.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('a vocabulary that does not fit the model', () => {
    const model = smallModel({ vocabSize: 100 });
    const message = "train.fit: the data's vocabulary must fit the model's (100), got 256";
    expect(() => train.fit(model, smallText(), SHORT)).toThrow(message);
  });

  test('a model that is frozen whole', () => {
    const model = smallModel();
    model.parameters().forEach((parameter) => (parameter.trainable = false));
    expect(() => train.fit(model, smallText(), SHORT)).toThrow('train.fit: the model must have a parameter to train');
  });
});

describe('data that does not fit ends the run with what came', () => {
  const model = () => models.denseTransformer({ layers: 1, width: 16, contextLength: 4, vocabSize: 10 });
  const options = { ...SHORT, batchSize: 1, steps: 2, evaluateEvery: 0 };
  const batch = (tokens: number[], changes: Partial<data.Batch> = {}): data.TextData => {
    const only = { tokens: Int32Array.from(tokens), batchSize: 1, length: 4, domains: new Int32Array(1), ...changes };
    return {
      ...{ vocabSize: 10, domains: ['own'], decode: String },
      ...{ trainBatch: () => only, validationBatches: () => [only] }
    };
  };

  test.each<[string, data.TextData, string]>([
    ['an id too high', batch([1, 2, 3, 10, 4]), 'token ids must be 0..9; at sequence 0, position 3, got 10'],
    ['a target below 0', batch([1, 2, 3, 4, -1]), 'token ids must be 0..9; at sequence 0, position 4, got -1'],
    ['tokens missing', batch([1, 2, 3, 4]), 'a batch must hold [batchSize, length + 1] tokens'],
    ['an empty batch', batch([], { batchSize: 0 }), 'a batch must hold [batchSize, length + 1] tokens'],
    ['no domains', batch([1, 2, 3, 4, 5], { domains: new Int32Array(0) }), 'and a domain for each sequence']
  ])('%s', async (_, text, message) => {
    await expect(train.fit(model(), text, options)).rejects.toThrow(`train.fit: step 1 failed: train.batch: `);
    await expect(train.fit(model(), text, options)).rejects.toThrow(message);
    await expect(train.evaluate(model(), text, { batchSize: 1 })).rejects.toThrow(message);
  });

  test('a text shorter than a sequence', async () => {
    const short = data.fromStrings({ own: ['abc', 'abcdefgh'] });
    await expect(train.fit(smallModel(), short, SHORT)).rejects.toThrow(
      'text of "own" must have more tokens than length'
    );
  });
});
