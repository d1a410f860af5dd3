import { fail } from '../../../base/core';
import type { Gguf, GgufValue } from '../../../base/io';
import { Config } from '../config';

/** Which type of HuggingFace a GGUF's architecture is. */
const TYPES: Readonly<Record<string, string>> = {
  llama: 'llama',
  qwen2: 'qwen2',
  qwen3: 'qwen3',
  olmoe: 'olmoe',
  qwen2moe: 'qwen2_moe',
  qwen3moe: 'qwen3_moe'
};

/** Configuration that the metadata of a GGUF says, in the words of `config.json`. */
export function configOf(file: string, { metadata, tensors }: Gguf): Config {
  const said = new Config(file, Object.fromEntries(metadata));
  const architecture = said.text('general.architecture');
  const type =
    TYPES[architecture] ??
    fail(file, `general.architecture must be one of ${Object.keys(TYPES).join(', ')}`, architecture);
  const numExperts = metadata.get(`${architecture}.expert_count`) ?? 0;
  const own = new Map([...metadata].filter(([key]) => key.startsWith(`${architecture}.`)));
  const get = (key: string): GgufValue | undefined => own.get(`${architecture}.${key}`);
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const values = {
    model_type: type === 'llama' && numExperts !== 0 ? 'mixtral' : type,
    hidden_size: get('embedding_length'),
    num_hidden_layers: get('block_count'),
    num_attention_heads: get('attention.head_count'),
    num_key_value_heads: get('attention.head_count_kv'),
    head_dim: get('attention.key_length'),
    intermediate_size: get('feed_forward_length'),
    max_position_embeddings: get('context_length'),
    vocab_size: get('vocab_size') ?? (Array.isArray(tokens) ? tokens.length : undefined),
    rms_norm_eps: get('attention.layer_norm_rms_epsilon'),
    sliding_window: get('attention.sliding_window'),
    rope_parameters: ropeOf(file, own, architecture),
    hidden_act: 'silu',
    tie_word_embeddings: !tensors.has('output.weight'),
    ...(numExperts === 0 ? {} : { ...expertsOf(get), mlp_only_layers: denseBlocks(tensors) }),
    norm_topk_prob: type === 'qwen3_moe' ? true : undefined,
    clip_qkv: get('attention.clamp_kqv'),
    eos_token_id: metadata.get('tokenizer.ggml.eos_token_id')
  };
  return new Config(file, Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)));
}

// Fields that are numbers with a fraction in transformers, which refuses others.
const FRACTIONS = /("(?:rope_theta|rms_norm_eps|factor|attention_factor|clip_qkv)": -?\d+)(?=[,\s}])/g;

/** The `config.json` that transformers reads. */
export function textOf({ values }: Config): string {
  return JSON.stringify(values, null, 2).replace(FRACTIONS, '$1.0');
}

/** Blocks of a mixture that have one network, which only the tensors say. */
function denseBlocks(tensors: Gguf['tensors']): number[] {
  return [...tensors.keys()].flatMap((name) => {
    const [, block] = /^blk\.(\d+)\.ffn_gate\.weight$/.exec(name) ?? [];
    return block === undefined ? [] : [Number(block)];
  });
}

function expertsOf(get: (key: string) => GgufValue | undefined): Record<string, GgufValue | undefined> {
  return {
    num_experts: get('expert_count'),
    num_local_experts: get('expert_count'),
    num_experts_per_tok: get('expert_used_count'),
    moe_intermediate_size: get('expert_feed_forward_length'),
    shared_expert_intermediate_size: get('expert_shared_feed_forward_length')
  };
}

function ropeOf(file: string, own: ReadonlyMap<string, GgufValue>, architecture: string): Record<string, GgufValue> {
  const get = (key: string): GgufValue | undefined => own.get(`${architecture}.rope.${key}`);
  const kind = get('scaling.type') ?? 'none';
  if (kind !== 'none' && kind !== 'linear' && kind !== 'yarn') {
    fail(file, `${architecture}.rope.scaling.type must be none, linear or yarn`, kind);
  }
  const values = {
    rope_theta: get('freq_base'),
    rope_type: kind === 'none' ? 'default' : kind,
    factor: get('scaling.factor'),
    original_max_position_embeddings: get('scaling.original_context_length'),
    attention_factor: get('scaling.attn_factor')
  };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, GgufValue] => entry[1] !== undefined)
  );
}
