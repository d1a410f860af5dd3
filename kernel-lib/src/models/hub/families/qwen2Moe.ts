import type { Family } from '../family';
import { decoderOptions, decoderWeights, denseWeights, gatedFeedForward } from './decoder';
import { countExperts, isSparse, mixtureOf, mixtureWeights, sharedWeights } from './mixture';
import { qwen2Attention } from './qwen2';

/** Qwen1.5-MoE and Qwen2-MoE (arXiv 2407.10671): shared experts with a gate, some blocks dense. */
export const qwen2Moe: Family = {
  type: 'qwen2_moe',
  architecture: 'Qwen2MoeForCausalLM',
  options: (config) => {
    const sparse = mixtureOf(config, {
      count: countExperts(config),
      hidden: config.integer('moe_intermediate_size'),
      routing: { renormalize: config.flag('norm_topk_prob', false) },
      sharedExperts: 1,
      sharedHidden: config.integer('shared_expert_intermediate_size'),
      sharedGate: true
    });
    const dense = gatedFeedForward(config);
    const bias = config.flag('qkv_bias', true);
    return decoderOptions(config, {
      attention: { ...qwen2Attention(config), bias, outputBias: false },
      feedForward: (block) => (isSparse(config, block) ? sparse : dense())
    });
  },
  weights: (options) => [
    ...decoderWeights(options),
    ...denseWeights(options),
    ...mixtureWeights(options),
    ...sharedWeights(options, 'shared_expert')
  ]
};
