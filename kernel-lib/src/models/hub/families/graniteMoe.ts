import type { Family } from '../family';
import { stackedExperts, transposed } from '../weightMap';
import { decoderOptions, decoderWeights } from './decoder';
import { countExperts, eachMixture, mixtureOf } from './mixture';

/** Granite 3 with experts: embeddings, residuals, scores and logits are scaled by numbers of the configuration. */
export const graniteMoe: Family = {
  type: 'granitemoe',
  architecture: 'GraniteMoeForCausalLM',
  options: (config) => {
    const feedForward = mixtureOf(config, {
      count: countExperts(config),
      hidden: config.integer('intermediate_size')
    });
    return decoderOptions(config, {
      attention: { bias: config.flag('attention_bias', false), scale: config.number('attention_multiplier', 1) },
      embeddingScale: config.number('embedding_multiplier', 1),
      residualScale: config.number('residual_multiplier', 1),
      logitScale: 1 / config.number('logits_scaling', 1),
      feedForward: () => feedForward
    });
  },
  weights: (options) => [
    ...decoderWeights(options),
    ...eachMixture(options.feedForwards, (_, ours, block) => {
      const theirs = `${block}.block_sparse_moe`;
      return [
        transposed(`${ours}.router.weight`, `${theirs}.router.layer.weight`),
        stackedExperts([`${ours}.experts.w1`, `${ours}.experts.w3`], `${theirs}.input_linear.weight`),
        stackedExperts([`${ours}.experts.w2`], `${theirs}.output_linear.weight`)
      ];
    })
  ]
};
