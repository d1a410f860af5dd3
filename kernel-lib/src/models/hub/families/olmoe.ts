import type { Family } from '../family';
import { decoderOptions, decoderWeights } from './decoder';
import { countExperts, mixtureOf, mixtureWeights } from './mixture';

/** OLMoE (arXiv 2409.02060): norms of all queries and all keys, values held within bounds. */
export const olmoe: Family = {
  type: 'olmoe',
  architecture: 'OlmoeForCausalLM',
  options: (config) => {
    const feedForward = mixtureOf(config, {
      count: countExperts(config),
      hidden: config.integer('intermediate_size'),
      routing: { renormalize: config.flag('norm_topk_prob', false) }
    });
    const attention = {
      bias: config.flag('attention_bias', false),
      norm: 'whole' as const,
      epsilon: config.number('rms_norm_eps', 1e-5),
      clip: config.has('clip_qkv') ? config.number('clip_qkv') : null
    };
    return decoderOptions(config, { attention, feedForward: () => feedForward });
  },
  weights: (options) => [...decoderWeights(options), ...mixtureWeights(options)]
};
