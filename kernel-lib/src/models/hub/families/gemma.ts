import type { Family } from '../family';
import { activationOf, decoderOptions, decoderWeights, denseWeights } from './decoder';

/** Gemma (arXiv 2403.08295): embeddings times sqrt(D), scales of norms stored less 1, GeGLU, a tied head. */
export const gemma: Family = {
  type: 'gemma',
  architecture: 'GemmaForCausalLM',
  options: (config) => {
    const hidden = config.integer('intermediate_size');
    // Files from before hidden_activation say gelu, and mean its approximation.
    const activation = config.has('hidden_activation') ? activationOf(config, 'hidden_activation') : 'gelu-tanh';
    return decoderOptions(config, {
      tied: config.flag('tie_word_embeddings', true),
      embeddingScale: Math.sqrt(config.integer('hidden_size')),
      offset: 1,
      attention: { bias: config.flag('attention_bias', false) },
      feedForward: () => ({ kind: 'dense', hidden, gated: true, activation })
    });
  },
  weights: (options) => [...decoderWeights(options), ...denseWeights(options)],
  ignored: /rotary_emb\.inv_freq$/
};
