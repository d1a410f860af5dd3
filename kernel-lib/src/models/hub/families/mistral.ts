import type { Family } from '../family';
import { windowOf } from './attention';
import { decoderOptions, decoderWeights, denseWeights } from './decoder';

/** Mistral (arXiv 2310.06825): Llama with a sliding window. */
export const mistral: Family = {
  type: 'mistral',
  architecture: 'MistralForCausalLM',
  options: (config) =>
    decoderOptions(config, { attention: { window: windowOf(config, config.integer('num_hidden_layers'), true) } }),
  weights: (options) => [...decoderWeights(options), ...denseWeights(options)],
  ignored: /rotary_emb\.inv_freq$/
};
