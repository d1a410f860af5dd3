import { data, io, models, routers, type train } from '@switchyard/kernel-lib';

const WORDS = ['route', 'expert', 'token', 'gate', 'layer', 'the', 'a', 'of'];

/** Two small domains with different letters, the same each time. */
export function smallText(): data.Corpus {
  const line = (i: number, j: number): string => WORDS[(i * 7 + j * j + 3) % WORDS.length];
  const texts = Array.from({ length: 20 }, (_, i) => Array.from({ length: 30 }, (_, j) => line(i, j)).join(' '));
  return data.fromStrings({ lower: texts, upper: texts.map((text) => text.toUpperCase()) });
}

/** A routed model that a step takes milliseconds for. */
export function smallModel(options: Partial<models.MoeTransformerOptions> = {}): models.Transformer {
  const router = routers.topK({ k: 2, jitter: 0.1, balance: { bias: { rate: 0.01 } } });
  return models.moeTransformer({ layers: 1, width: 16, contextLength: 16, experts: 4, router, ...options });
}

/** Options of a short run that shows nothing. */
export const SHORT: train.FitOptions = { steps: 20, seed: 1, batchSize: 4, evaluateBatches: 1, progress: false };

/** All that is saved of a model, to be compared bit by bit. */
export function bits(model: models.Transformer): Record<string, number[]> {
  const entries = [...io.modelVariables(model)].map(([path, variable]) => {
    const values = variable.dataSync();
    return [path, Array.from(new Uint32Array(values.buffer, values.byteOffset, values.length))];
  });
  return Object.fromEntries(entries) as Record<string, number[]>;
}
