import { core, type data, models, routers } from '@switchyard/kernel-lib';

const { Random } = core;

const VOCABULARY = 64;
export const LENGTH = 16;

/** A chain in which each token has two followers, equally likely: the least loss is log 2. */
export function makeChain(seed: number): data.TextData {
  const draw = Random.fromSeed(seed).generator();
  const token = (next: () => number) => Math.floor(next() * VOCABULARY);
  const followers = Array.from({ length: VOCABULARY }, () => [token(draw), token(draw)]);
  const batch = (random: core.Random, { batchSize, length }: { batchSize: number; length: number }): data.Batch => {
    const next = random.generator();
    const sequence = () => {
      const out = [token(next)];
      while (out.length <= length) {
        out.push(followers[out[out.length - 1]][Math.floor(next() * 2)]);
      }
      return out;
    };
    const tokens = Int32Array.from(Array.from({ length: batchSize }, sequence).flat());
    return { tokens, batchSize, length, domains: new Int32Array(batchSize) };
  };
  const unseen = Random.fromSeed(seed).child('unseen');
  return {
    ...{ vocabSize: VOCABULARY, domains: ['chain'], decode: String },
    trainBatch: (options) => batch(Random.fromSeed(options.seed).child(options.step), options),
    validationBatches: (options) => Array.from({ length: options.count }, (_, i) => batch(unseen.child(i), options))
  };
}

/** Heads of width 16 at every width; no balancing, so that only the task moves the router. */
export const buildChain =
  (seed: number) =>
  (width: number): models.Transformer =>
    models.moeTransformer({
      ...{ layers: 1, width, heads: width / 16, contextLength: LENGTH, vocabSize: VOCABULARY, experts: 4, seed },
      router: routers.topK({ k: 2, balance: {} })
    });
