import type { GroupedAttentionChoices } from '../../../nn/layers';
import type { Config } from '../config';
import type { Family } from '../family';
import { decoderOptions, decoderWeights, denseWeights } from './decoder';
import { qwen2Attention } from './qwen2';

/** Attention of Qwen3 (arXiv 2505.09388): a norm of each head's queries and keys. */
export function qwen3Attention(config: Config): GroupedAttentionChoices {
  const bias = config.flag('attention_bias', false);
  const epsilon = config.number('rms_norm_eps', 1e-6);
  return { ...qwen2Attention(config), bias, outputBias: bias, norm: 'head', epsilon };
}

/** Qwen3. */
export const qwen3: Family = {
  type: 'qwen3',
  architecture: 'Qwen3ForCausalLM',
  options: (config) => decoderOptions(config, { attention: qwen3Attention(config) }),
  weights: (options) => [...decoderWeights(options), ...denseWeights(options)]
};
