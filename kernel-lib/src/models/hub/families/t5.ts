import { fail } from '../../../base/core';
import { plainExperts } from '../../../nn/experts';
import * as routers from '../../../nn/routers';
import type { FeedForwardSpec } from '../../feedForward';
import type { EncoderDecoderOptions } from '../../language';
import type { Config } from '../config';
import type { Family } from '../family';
import { experts, same, transposed } from '../weightMap';
import type { WeightMap } from '../weightMap';
import { activationOf } from './decoder';

/** T5 (arXiv 1910.10683) and version 1.1 with gated networks. */
export const t5: Family<EncoderDecoderOptions> = {
  type: 't5',
  architecture: 'T5ForConditionalGeneration',
  encodes: true,
  options: (config) => {
    const tied = config.flag('tie_word_embeddings', true);
    const dense = denseOf(config);
    const blocks = (key: string, otherwise?: number): FeedForwardSpec[] =>
      Array.from({ length: config.integer(key, 1, otherwise) }, () => dense);
    return {
      ...sizesOf(config),
      encoder: blocks('num_layers'),
      decoder: blocks('num_decoder_layers', config.integer('num_layers')),
      tied,
      headScale: config.flag('scale_decoder_outputs', tied) ? config.integer('d_model') ** -0.5 : 1
    };
  },
  weights: (options) => t5Weights(options, 'DenseReluDense'),
  ignored: /^(encoder|decoder)\.embed_tokens\.weight$|EncDecAttention\.relative_attention_bias\.weight$/
};

/** Switch Transformers (arXiv 2101.03961): T5 with a mixture in every so many-th block, of which each sequence fills the experts by itself. */
export const switchTransformer: Family<EncoderDecoderOptions> = {
  type: 'switch_transformers',
  architecture: 'SwitchTransformersForConditionalGeneration',
  encodes: true,
  options: (config) => {
    if (config.flag('router_bias', false)) {
      fail(config.file, 'router_bias must be false', true);
    }
    const tied = config.flag('tie_word_embeddings', true);
    const [dense, sparse] = [denseOf(config), sparseOf(config)];
    const blocks = (key: string, stepKey: string, otherwise?: number): FeedForwardSpec[] => {
      const step = config.integer(stepKey, 0);
      const isSparse = (i: number): boolean => step === 1 || (step > 0 && i % step === 1);
      return Array.from({ length: config.integer(key, 1, otherwise) }, (_, i) => (isSparse(i) ? sparse : dense));
    };
    return {
      ...sizesOf(config),
      encoder: blocks('num_layers', 'encoder_sparse_step'),
      decoder: blocks('num_decoder_layers', 'decoder_sparse_step', config.integer('num_layers')),
      tied,
      headScale: tied ? config.integer('d_model') ** -0.5 : 1
    };
  },
  weights: (options) => t5Weights(options, 'mlp'),
  ignored: /^(encoder|decoder)\.embed_tokens\.weight$|EncDecAttention\.relative_attention_bias\.weight$/
};

function sizesOf(config: Config): Omit<EncoderDecoderOptions, 'encoder' | 'decoder' | 'tied' | 'headScale'> {
  return {
    width: config.integer('d_model'),
    heads: config.integer('num_heads'),
    vocabSize: config.integer('vocab_size', 2),
    seed: 0,
    attention: {
      headWidth: config.integer('d_kv'),
      buckets: config.integer('relative_attention_num_buckets', 2, 32),
      maxDistance: config.integer('relative_attention_max_distance', 1, 128)
    },
    epsilon: config.number('layer_norm_epsilon', 1e-6)
  };
}

/** "relu", or "gated-" and what the gate goes through; "gated-gelu" means the approximation. */
function denseOf(config: Config): FeedForwardSpec {
  const said = config.text('feed_forward_proj', config.text('dense_act_fn', 'relu'));
  const gated = said.startsWith('gated-');
  const name = said.replace('gated-', '');
  const activation = activationOf({ file: config.file, text: () => (said === 'gated-gelu' ? 'gelu_new' : name) });
  return { kind: 'dense', hidden: config.integer('d_ff'), gated, activation, bias: false };
}

function sparseOf(config: Config): FeedForwardSpec {
  const coefficient = config.number('router_aux_loss_coef', 0);
  const zLoss = config.number('router_z_loss_coef', 0);
  return {
    kind: 'moe',
    router: routers.switchTop1({
      jitter: config.number('router_jitter_noise', 0),
      balance: { ...(coefficient > 0 ? { loss: { convention: 'switch', coefficient } } : {}), zLoss }
    }),
    experts: config.integer('num_experts'),
    hidden: config.integer('d_ff'),
    expertKind: plainExperts({ activation: activationOf(config, 'dense_act_fn', 'relu') }),
    capacityFactor: null,
    sequenceCapacity: config.integer('expert_capacity'),
    sharedExperts: 0
  };
}

const ATTENTION = [
  ['query', 'q'],
  ['key', 'k'],
  ['value', 'v'],
  ['output', 'o']
] as const;

function t5Weights(options: EncoderDecoderOptions, network: string): WeightMap[] {
  return [
    same('tokens.weight', 'shared.weight'),
    ...(['encoder', 'decoder'] as const).flatMap((stack) => [
      same(`${stack}Norm.weight`, `${stack}.final_layer_norm.weight`),
      ...options[stack].flatMap((feedForward, i) => blockWeights(stack, i, feedForward, network))
    ]),
    ...(options.tied ? [] : [transposed('head.weight', 'lm_head.weight')])
  ];
}

function blockWeights(stack: string, i: number, feedForward: FeedForwardSpec, network: string): WeightMap[] {
  const [ours, theirs] = [`${stack}.${i}`, `${stack}.block.${i}`];
  const last = stack === 'decoder' ? 2 : 1;
  const attention = (path: string, name: string): WeightMap[] =>
    ATTENTION.map(([own, other]) => transposed(`${ours}.${path}.${own}.weight`, `${theirs}.${name}.${other}.weight`));
  const first = `${theirs}.layer.0.SelfAttention`;
  return [
    same(`${ours}.attentionNorm.weight`, `${theirs}.layer.0.layer_norm.weight`),
    ...attention('attention', 'layer.0.SelfAttention'),
    ...(i === 0 ? [same(`${ours}.attention.distances`, `${first}.relative_attention_bias.weight`)] : []),
    ...(last === 1
      ? []
      : [
          same(`${ours}.between.norm.weight`, `${theirs}.layer.1.layer_norm.weight`),
          ...attention('between', 'layer.1.EncDecAttention')
        ]),
    same(`${ours}.feedForwardNorm.weight`, `${theirs}.layer.${last}.layer_norm.weight`),
    ...networkWeights(ours, `${theirs}.layer.${last}.${network}`, feedForward)
  ];
}

function networkWeights(ours: string, theirs: string, feedForward: FeedForwardSpec): WeightMap[] {
  if (feedForward.kind === 'moe') {
    const each = Array.from({ length: feedForward.experts }, (_, expert) => `${theirs}.experts.expert_${expert}`);
    return [
      transposed(`${ours}.moe.router.weight`, `${theirs}.router.classifier.weight`),
      experts(
        `${ours}.moe.experts.w1`,
        each.map((expert) => `${expert}.wi.weight`)
      ),
      experts(
        `${ours}.moe.experts.w2`,
        each.map((expert) => `${expert}.wo.weight`)
      )
    ];
  }
  const gated = feedForward.kind === 'dense' && feedForward.gated;
  const names = gated ? [['w1', 'wi_0'], ['w3', 'wi_1'], ['w2', 'wo']] : [['w1', 'wi'], ['w2', 'wo']]; // prettier-ignore
  return names.map(([path, name]) => transposed(`${ours}.feedForward.${path}.weight`, `${theirs}.${name}.weight`));
}
