import { fail } from '../../../base/core';
import { latentAttention } from '../../../nn/layers';
import type { LatentAttentionChoices } from '../../../nn/layers';
import type { TopKOptions } from '../../../nn/routers';
import type { TransformerOptions } from '../../language';
import type { Config } from '../config';
import type { Family } from '../family';
import { same } from '../weightMap';
import type { WeightMap } from '../weightMap';
import { rotaryOf, yarnMagnitude } from './attention';
import { decoderOptions, decoderWeights, denseWeights, gatedFeedForward, linear } from './decoder';
import { biasWeights, countExperts, mixtureOf, mixtureWeights, sharedWeights } from './mixture';

/** DeepSeek-V2 (arXiv 2405.04434): latent attention, shared experts, groups chosen by their best score. */
export const deepseekV2: Family = {
  type: 'deepseek_v2',
  architecture: 'DeepseekV2ForCausalLM',
  options: (config) => {
    const method = config.text('topk_method', 'greedy');
    if (method !== 'greedy' && method !== 'group_limited_greedy') {
      fail(config.file, 'topk_method must be greedy or group_limited_greedy', method);
    }
    const groups = method === 'greedy' ? null : groupsOf(config, 'best');
    return optionsOf(config, true, { scores: 'softmax', renormalize: false, groups });
  },
  weights: (options) => deepseekWeights(options)
};

/** DeepSeek-V3 and R1 (arXiv 2412.19437): sigmoid scores, a bias that only selects, groups chosen by their two best scores. */
export const deepseekV3: Family = {
  type: 'deepseek_v3',
  architecture: 'DeepseekV3ForCausalLM',
  options: (config) =>
    optionsOf(config, config.flag('rope_interleave', true), {
      scores: 'sigmoid',
      renormalize: config.flag('norm_topk_prob', true),
      groups: groupsOf(config, 'twoBest'),
      // The paper's rate; section 4.2.
      balance: { bias: { rate: 0.001 } }
    }),
  weights: (options) => [...deepseekWeights(options), ...biasWeights(options)],
  // The block that predicts a second token, of which transformers knows nothing either.
  ignored: /^model\.layers\.61\./
};

function groupsOf(config: Config, score: 'best' | 'twoBest'): TopKOptions['groups'] {
  return { count: config.integer('n_group'), keep: config.integer('topk_group'), score };
}

function optionsOf(config: Config, interleaved: boolean, routing: Partial<TopKOptions>): TransformerOptions {
  const sharedExperts = config.integer('n_shared_experts', 0, 0);
  const sparse = mixtureOf(config, {
    count: countExperts(config),
    hidden: config.integer('moe_intermediate_size'),
    routing: { scale: config.number('routed_scaling_factor', 1), ...routing },
    sharedExperts
  });
  const [dense, first] = [gatedFeedForward(config), config.integer('first_k_dense_replace', 0, 0)];
  const options = decoderOptions(config, { feedForward: (block) => (block < first ? dense() : sparse) });
  return { ...options, parts: { ...options.parts, attention: latentAttention(attentionOf(config, interleaved)) } };
}

function attentionOf(config: Config, interleaved: boolean): LatentAttentionChoices {
  const [plainWidth, turnedWidth] = [config.integer('qk_nope_head_dim'), config.integer('qk_rope_head_dim')];
  const rotary = rotaryOf(config, turnedWidth);
  const said = config.part(config.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling');
  const weight = said.number('mscale_all_dim', 0);
  const magnitude = rotary.scaling === undefined ? 1 : yarnMagnitude(rotary.scaling.factor, weight);
  return {
    latentWidth: config.integer('kv_lora_rank'),
    queryLatentWidth: config.has('q_lora_rank') ? config.integer('q_lora_rank') : null,
    ...{ plainWidth, turnedWidth, valueWidth: config.integer('v_head_dim') },
    rotary: { ...rotary, interleaved },
    scale: magnitude ** 2 / Math.sqrt(plainWidth + turnedWidth),
    bias: config.flag('attention_bias', false)
  };
}

function deepseekWeights(options: TransformerOptions): WeightMap[] {
  const { queryLatentWidth = null, bias = false } = options.parts!.attention!
    .options as unknown as LatentAttentionChoices;
  const attention = (ours: string, theirs: string): WeightMap[] => [
    ...(queryLatentWidth === null
      ? linear(`${ours}.query`, `${theirs}.q_proj`, false)
      : [
          ...linear(`${ours}.queryDown`, `${theirs}.q_a_proj`, bias),
          same(`${ours}.queryNorm.weight`, `${theirs}.q_a_layernorm.weight`),
          ...linear(`${ours}.query`, `${theirs}.q_b_proj`, false)
        ]),
    ...linear(`${ours}.keyValueDown`, `${theirs}.kv_a_proj_with_mqa`, bias),
    same(`${ours}.keyValueNorm.weight`, `${theirs}.kv_a_layernorm.weight`),
    ...linear(`${ours}.keyValue`, `${theirs}.kv_b_proj`, false),
    ...linear(`${ours}.output`, `${theirs}.o_proj`, bias)
  ];
  const shared = options.feedForwards.some(
    (feedForward) => feedForward.kind === 'moe' && feedForward.sharedExperts > 0
  );
  return [
    ...decoderWeights(options, attention),
    ...denseWeights(options),
    ...mixtureWeights(options),
    ...(shared ? sharedWeights(options, 'shared_experts') : [])
  ];
}
