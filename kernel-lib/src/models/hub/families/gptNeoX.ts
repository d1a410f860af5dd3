import { groupedAttention, layerNorm } from '../../../nn/layers';
import type { FeedForwardSpec } from '../../feedForward';
import type { Family } from '../family';
import { joinedByHead, same, transposed } from '../weightMap';
import type { WeightMap } from '../weightMap';
import { rotaryOf } from './attention';
import { activationOf, linear } from './decoder';

/** GPT-NeoX and Pythia (arXiv 2204.06745): rotary positions on a part of each head, attention and network side by side. */
export const gptNeoX: Family = {
  type: 'gpt_neox',
  architecture: 'GPTNeoXForCausalLM',
  options: (config) => {
    const [width, heads] = [config.integer('hidden_size'), config.integer('num_attention_heads')];
    const feedForward: FeedForwardSpec = {
      ...{ kind: 'dense', hidden: config.integer('intermediate_size'), gated: false, bias: true },
      activation: activationOf(config)
    };
    return {
      width,
      heads,
      contextLength: config.integer('max_position_embeddings'),
      vocabSize: config.integer('vocab_size', 2),
      seed: 0,
      parallel: config.flag('use_parallel_residual', true),
      positions: 'none',
      tied: config.flag('tie_word_embeddings', false),
      feedForwards: Array.from({ length: config.integer('num_hidden_layers') }, () => feedForward),
      parts: {
        norm: layerNorm({ epsilon: config.number('layer_norm_eps', 1e-5) }),
        attention: groupedAttention({
          bias: config.flag('attention_bias', true),
          rotary: rotaryOf(config, width / heads)
        })
      }
    };
  },
  weights: ({ feedForwards, tied, heads, parts }) => [
    same('tokens.weight', 'gpt_neox.embed_in.weight'),
    ...norm('norm', 'gpt_neox.final_layer_norm'),
    ...(tied ? [] : [transposed('head.weight', 'embed_out.weight')]),
    ...feedForwards.flatMap((_, i) =>
      blockWeights(`layers.${i}`, `gpt_neox.layers.${i}`, heads, parts?.attention?.options.bias === true)
    )
  ],
  ignored: /\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/
};

function blockWeights(ours: string, theirs: string, heads: number, bias: boolean): WeightMap[] {
  const parts = (kind: string): string[] =>
    ['query', 'key', 'value'].map((part) => `${ours}.attention.${part}.${kind}`);
  const joint = (kind: string): WeightMap =>
    joinedByHead(parts(kind), `${theirs}.attention.query_key_value.${kind}`, heads);
  return [
    ...norm(`${ours}.attentionNorm`, `${theirs}.input_layernorm`),
    joint('weight'),
    ...(bias ? [joint('bias')] : []),
    ...linear(`${ours}.attention.output`, `${theirs}.attention.dense`, bias),
    ...norm(`${ours}.feedForwardNorm`, `${theirs}.post_attention_layernorm`),
    ...linear(`${ours}.feedForward.w1`, `${theirs}.mlp.dense_h_to_4h`, true),
    ...linear(`${ours}.feedForward.w2`, `${theirs}.mlp.dense_4h_to_h`, true)
  ];
}

function norm(path: string, name: string): WeightMap[] {
  return [same(`${path}.weight`, `${name}.weight`), same(`${path}.bias`, `${name}.bias`)];
}
