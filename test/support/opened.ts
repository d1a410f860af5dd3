import { models, tf } from '@switchyard/kernel-lib';

const IDS = [[5, 9, 33, 12, 7, 40]];
const LABELS = [[4, 8, 9]];

/** Whether an opened model reads one sequence and writes another. */
export const encodes = (model: models.PretrainedModel): boolean => model instanceof models.PretrainedEncoderDecoder;

/** Logits of an opened model of a fixture, of always the same ids. */
export const logitsOf = (model: models.PretrainedModel): Float32Array =>
  tf.tidy(() =>
    model
      .logits(IDS, encodes(model) ? { labels: LABELS } : {})
      .dataSync<'float32'>()
      .slice()
  );
