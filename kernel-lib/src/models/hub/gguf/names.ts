/** @file Names of a GGUF's tensors, and what the same are called in a checkpoint of HuggingFace. */

const OUTER: Readonly<Record<string, string>> = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight'
};

const IN_BLOCK: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
  ffn_gate_inp: 'mlp.gate',
  ffn_gate_shexp: 'mlp.shared_expert.gate_proj',
  ffn_up_shexp: 'mlp.shared_expert.up_proj',
  ffn_down_shexp: 'mlp.shared_expert.down_proj',
  ffn_gate_inp_shexp: 'mlp.shared_expert_gate'
};

/** Those of Mixtral, which is a llama there. */
const OF_MIXTRAL: Readonly<Record<string, string>> = { ffn_gate_inp: 'block_sparse_moe.gate' };

/** Names of an expert's matrices, after "experts.3.". */
const OF_EXPERTS = { ffn_gate_exps: 'gate_proj', ffn_up_exps: 'up_proj', ffn_down_exps: 'down_proj' };
const OF_MIXTRALS_EXPERTS = { ffn_gate_exps: 'w1', ffn_up_exps: 'w3', ffn_down_exps: 'w2' };

const BLOCK = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/;

/**
 * Name of a tensor in a checkpoint of this type: one, or for all experts of a block in one a name of each, given how many;
 * null where it has no part in any.
 */
export function namesOf(name: string, modelType: string, numExperts: number): string | string[] | null {
  if (Object.hasOwn(OUTER, name)) {
    return OUTER[name];
  }
  const [, block, part, kind] = BLOCK.exec(name) ?? [];
  if (block === undefined) {
    return null;
  }
  const mixtral = modelType === 'mixtral';
  const expert = (mixtral ? OF_MIXTRALS_EXPERTS : OF_EXPERTS)[part as keyof typeof OF_EXPERTS];
  if (expert !== undefined) {
    const within = `model.layers.${block}.${mixtral ? 'block_sparse_moe' : 'mlp'}.experts`;
    return Array.from({ length: numExperts }, (_, i) => `${within}.${i}.${expert}.${kind}`);
  }
  const own = (mixtral ? OF_MIXTRAL[part] : undefined) ?? (Object.hasOwn(IN_BLOCK, part) ? IN_BLOCK[part] : undefined);
  return own === undefined ? null : `model.layers.${block}.${own}.${kind}`;
}
