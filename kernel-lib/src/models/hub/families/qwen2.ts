import type { GroupedAttentionChoices } from '../../../nn/layers';
import type { Config } from '../config';
import type { Family } from '../family';
import { windowOf } from './attention';
import { decoderOptions, decoderWeights, denseWeights } from './decoder';

/** Attention of Qwen2 (arXiv 2407.10671): biases of queries, keys and values, windows in the later blocks where they are used. */
export function qwen2Attention(config: Config): GroupedAttentionChoices {
  const layers = config.integer('num_hidden_layers');
  const used = config.flag('use_sliding_window', false);
  const first = config.integer('max_window_layers', 0, layers);
  const window = windowOf(config, layers, used);
  return {
    bias: true,
    outputBias: false,
    window: typeof window === 'number' ? Array.from({ length: layers }, (_, i) => (i < first ? null : window)) : window
  };
}

/** Qwen2 and Qwen2.5. */
export const qwen2: Family = {
  type: 'qwen2',
  architecture: 'Qwen2ForCausalLM',
  options: (config) => decoderOptions(config, { attention: qwen2Attention(config) }),
  weights: (options) => [...decoderWeights(options), ...denseWeights(options)]
};
