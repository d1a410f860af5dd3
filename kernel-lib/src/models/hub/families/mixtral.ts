import type { Family } from '../family';
import { windowOf } from './attention';
import { decoderOptions, decoderWeights } from './decoder';
import { countExperts, mixtureOf, mixtureWeights } from './mixture';

/** Mixtral (arXiv 2401.04088). */
export const mixtral: Family = {
  type: 'mixtral',
  architecture: 'MixtralForCausalLM',
  options: (config) => {
    const feedForward = mixtureOf(config, {
      count: countExperts(config),
      hidden: config.integer('intermediate_size'),
      routing: { jitter: config.number('router_jitter_noise', 0) }
    });
    const window = windowOf(config, config.integer('num_hidden_layers'), true);
    return decoderOptions(config, { attention: { window }, feedForward: () => feedForward });
  },
  weights: (options) => [
    ...decoderWeights(options),
    ...mixtureWeights(options, { within: 'block_sparse_moe', names: ['w1', 'w2', 'w3'] })
  ]
};
