import type { Family } from '../family';
import { decoderOptions, decoderWeights, denseWeights } from './decoder';

/** Llama (arXiv 2302.13971), SmolLM, TinyLlama. */
export const llama: Family = {
  type: 'llama',
  architecture: 'LlamaForCausalLM',
  options: (config) =>
    decoderOptions(config, {
      attention: { bias: config.flag('attention_bias', false) },
      biased: config.flag('mlp_bias', false)
    }),
  weights: (options) => [...decoderWeights(options), ...denseWeights(options)],
  ignored: /rotary_emb\.inv_freq$/
};
