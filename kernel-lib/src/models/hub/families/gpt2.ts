import { fail } from '../../../base/core';
import { groupedAttention, layerNorm } from '../../../nn/layers';
import type { FeedForwardSpec } from '../../feedForward';
import type { Config } from '../config';
import type { Family } from '../family';
import { joined, same } from '../weightMap';
import type { WeightMap } from '../weightMap';
import { activationOf } from './decoder';

/** GPT-2: learned positions, layer norms, biases, one matrix [in, out] for queries, keys and values. */
export const gpt2: Family = {
  type: 'gpt2',
  architecture: 'GPT2LMHeadModel',
  options: (config) => {
    expectUsual(config);
    const width = config.integer('n_embd');
    const hidden = config.integer('n_inner', 1, 4 * width);
    const feedForward: FeedForwardSpec = {
      ...{ kind: 'dense', hidden, gated: false, bias: true },
      activation: activationOf(config, 'activation_function', 'gelu_new')
    };
    return {
      width,
      heads: config.integer('n_head'),
      contextLength: config.integer('n_positions'),
      vocabSize: config.integer('vocab_size', 2),
      seed: 0,
      parallel: false,
      tied: config.flag('tie_word_embeddings', true),
      feedForwards: Array.from({ length: config.integer('n_layer') }, () => feedForward),
      parts: {
        norm: layerNorm({ epsilon: config.number('layer_norm_epsilon', 1e-5) }),
        attention: groupedAttention({ bias: true })
      }
    };
  },
  weights: ({ feedForwards, tied }) => [
    same('tokens.weight', 'transformer.wte.weight'),
    same('positions.weight', 'transformer.wpe.weight'),
    ...both('norm', 'transformer.ln_f'),
    ...(tied ? [] : [same('head.weight', 'lm_head.weight')]),
    ...feedForwards.flatMap((_, i) => blockWeights(`layers.${i}`, `transformer.h.${i}`))
  ],
  // Causal masks.
  ignored: /\.attn\.(bias|masked_bias)$|^lm_head\.weight$/,
  prefix: 'transformer.'
};

function blockWeights(ours: string, theirs: string): WeightMap[] {
  const parts = (kind: string): string[] =>
    ['query', 'key', 'value'].map((part) => `${ours}.attention.${part}.${kind}`);
  return [
    ...both(`${ours}.attentionNorm`, `${theirs}.ln_1`),
    joined(parts('weight'), `${theirs}.attn.c_attn.weight`),
    joined(parts('bias'), `${theirs}.attn.c_attn.bias`),
    ...both(`${ours}.attention.output`, `${theirs}.attn.c_proj`),
    ...both(`${ours}.feedForwardNorm`, `${theirs}.ln_2`),
    ...both(`${ours}.feedForward.w1`, `${theirs}.mlp.c_fc`),
    ...both(`${ours}.feedForward.w2`, `${theirs}.mlp.c_proj`)
  ];
}

/** Weight and bias, neither turned: GPT-2's matrices are [in, out]. */
function both(path: string, name: string): WeightMap[] {
  return [same(`${path}.weight`, `${name}.weight`), same(`${path}.bias`, `${name}.bias`)];
}

function expectUsual(config: Config): void {
  if (!config.flag('tie_word_embeddings', true)) {
    fail(config.file, 'tie_word_embeddings must be true', false);
  }
  if (!config.flag('scale_attn_weights', true) || config.flag('scale_attn_by_inverse_layer_idx', false)) {
    fail(config.file, 'attention must be scaled by the square root of the head width', config.values);
  }
}
