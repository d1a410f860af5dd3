import type { Family } from '../family';
import { decoderOptions, decoderWeights, denseWeights, gatedFeedForward } from './decoder';
import { countExperts, isSparse, mixtureOf, mixtureWeights } from './mixture';
import { qwen3Attention } from './qwen3';

/** Qwen3-MoE (arXiv 2505.09388): no shared experts, some blocks dense. */
export const qwen3Moe: Family = {
  type: 'qwen3_moe',
  architecture: 'Qwen3MoeForCausalLM',
  options: (config) => {
    const sparse = mixtureOf(config, {
      count: countExperts(config),
      hidden: config.integer('moe_intermediate_size'),
      routing: { renormalize: config.flag('norm_topk_prob', false) }
    });
    const dense = gatedFeedForward(config);
    return decoderOptions(config, {
      attention: qwen3Attention(config),
      feedForward: (block) => (isSparse(config, block) ? sparse : dense())
    });
  },
  weights: (options) => [...decoderWeights(options), ...denseWeights(options), ...mixtureWeights(options)]
};
