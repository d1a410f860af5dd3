/** @file What the families that are built like Llama have in common: sizes, paths and names. */
import { fail } from '../../../base/core';
import type { Activation, GroupedAttentionChoices } from '../../../nn/layers';
import { groupedAttention, rmsNorm } from '../../../nn/layers';
import type { TransformerOptions } from '../../language';
import type { FeedForwardSpec } from '../../feedForward';
import type { Config } from '../config';
import { same, transposed } from '../weightMap';
import type { WeightMap } from '../weightMap';
import { rotaryOf } from './attention';

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  relu: 'relu',
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh'
};

/** The activation that a configuration names. */
export function activationOf(
  config: Pick<Config, 'file' | 'text'>,
  key = 'hidden_act',
  otherwise?: string
): Activation {
  const name = config.text(key, otherwise);
  return ACTIVATIONS[name] ?? fail(config.file, `${key} must be one of ${Object.keys(ACTIVATIONS).join(', ')}`, name);
}

/** Options in which they differ. */
export interface DecoderChoices extends Partial<TransformerOptions> {
  attention?: GroupedAttentionChoices;
  /** Feed-forward network or mixture of a block. Default: the gated network of Llama. */
  feedForward?: (block: number) => FeedForwardSpec;
  /** Of the norms; added to their scale. */
  offset?: number;
  biased?: boolean;
}

/** Options of a model built like Llama (arXiv 2302.13971). */
export function decoderOptions(config: Config, choices: DecoderChoices = {}): TransformerOptions {
  const {
    attention = {},
    feedForward = gatedFeedForward(config, choices.biased),
    offset,
    biased: _biased,
    ...rest
  } = choices;
  const [width, heads, layers] = ['hidden_size', 'num_attention_heads', 'num_hidden_layers'].map((key) =>
    config.integer(key)
  );
  const headWidth = config.integer('head_dim', 1, width / heads);
  const epsilon = config.number('rms_norm_eps', 1e-6);
  const grouped = groupedAttention({
    keyValueHeads: config.integer('num_key_value_heads', 1, heads),
    headWidth,
    rotary: rotaryOf(config, headWidth),
    ...attention
  });
  return {
    width,
    heads,
    contextLength: config.integer('max_position_embeddings'),
    vocabSize: config.integer('vocab_size', 2),
    seed: 0,
    parallel: false,
    positions: 'none',
    tied: config.flag('tie_word_embeddings', false),
    feedForwards: Array.from({ length: layers }, (_, block) => feedForward(block)),
    parts: { norm: rmsNorm({ epsilon, offset }), attention: grouped },
    ...rest
  };
}

/** The gated network of a block, of this width. */
export function gatedFeedForward(config: Config, bias = false, key = 'intermediate_size'): () => FeedForwardSpec {
  return () => ({ kind: 'dense', hidden: config.integer(key), gated: true, activation: activationOf(config), bias });
}

const PROJECTIONS = [
  ['query', 'q_proj'],
  ['key', 'k_proj'],
  ['value', 'v_proj'],
  ['output', 'o_proj']
] as const;

/** The weights of a model built like Llama, without what works on each token alone. */
export function decoderWeights(
  options: TransformerOptions,
  attention: (ours: string, theirs: string) => WeightMap[] = groupedWeights(options)
): WeightMap[] {
  const blocks = options.feedForwards.flatMap((_, i) => {
    const [ours, theirs] = [`layers.${i}`, `model.layers.${i}`];
    return [
      same(`${ours}.attentionNorm.weight`, `${theirs}.input_layernorm.weight`),
      ...attention(`${ours}.attention`, `${theirs}.self_attn`),
      same(`${ours}.feedForwardNorm.weight`, `${theirs}.post_attention_layernorm.weight`)
    ];
  });
  return [...outerWeights(options), ...blocks];
}

function groupedWeights({ parts }: TransformerOptions): (ours: string, theirs: string) => WeightMap[] {
  const { bias = false, outputBias = bias, norm = 'none' } = parts!.attention!.options as GroupedAttentionChoices;
  const norms = norm === 'none' ? [] : [['queryNorm', 'q_norm'] as const, ['keyNorm', 'k_norm'] as const];
  return (ours, theirs) => [
    ...PROJECTIONS.flatMap(([path, name]) =>
      linear(`${ours}.${path}`, `${theirs}.${name}`, path === 'output' ? outputBias : bias)
    ),
    ...norms.map(([path, name]) => same(`${ours}.${path}.weight`, `${theirs}.${name}.weight`))
  ];
}

/** Embedding, last norm and head. */
export function outerWeights({ tied = false }: TransformerOptions): WeightMap[] {
  return [
    same('tokens.weight', 'model.embed_tokens.weight'),
    same('norm.weight', 'model.norm.weight'),
    ...(tied ? [] : [transposed('head.weight', 'lm_head.weight')])
  ];
}

/** A linear layer, and its bias where it has one. */
export function linear(path: string, name: string, bias: boolean): WeightMap[] {
  const weight = transposed(`${path}.weight`, `${name}.weight`);
  return bias ? [weight, same(`${path}.bias`, `${name}.bias`)] : [weight];
}

/** The gated networks of all dense blocks. */
export function denseWeights({ feedForwards }: TransformerOptions): WeightMap[] {
  return feedForwards.flatMap((feedForward, i) =>
    feedForward.kind === 'dense'
      ? (
          [
            ['w1', 'gate_proj'],
            ['w3', 'up_proj'],
            ['w2', 'down_proj']
          ] as const
        ).flatMap(([path, name]) =>
          linear(`layers.${i}.feedForward.${path}`, `model.layers.${i}.mlp.${name}`, feedForward.bias ?? false)
        )
      : []
  );
}
