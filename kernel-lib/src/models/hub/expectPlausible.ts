import { fail } from '../../base/core';
import type { Checkpoint } from './openFolder';

/** Each layer has tensors of its own. */
const COUNTS = ['num_hidden_layers', 'n_layer', 'num_layers', 'num_decoder_layers'];

/** Each is a dimension of some tensor, or divides one, or counts tensors. */
const SIZES = [
  ...['hidden_size', 'n_embd', 'd_model', 'intermediate_size', 'n_inner', 'd_ff', 'd_kv', 'vocab_size', 'head_dim'],
  ...['num_attention_heads', 'n_head', 'num_heads', 'num_key_value_heads', 'num_experts', 'num_local_experts'],
  ...['n_routed_experts', 'moe_intermediate_size', 'shared_expert_intermediate_size', 'kv_lora_rank', 'q_lora_rank'],
  ...['qk_nope_head_dim', 'qk_rope_head_dim', 'v_head_dim', 'relative_attention_num_buckets']
];

/**
 * Refuses a configuration of a model that is larger than its tensors before anything of that size is made.
 *
 * @throws {SwitchyardError} naming the key.
 */
export function expectPlausible({ config, tensors }: Checkpoint): void {
  const largest = [...tensors.values()].reduce((most, { shape }) => Math.max(most, ...shape), tensors.size);
  const refuse = (keys: readonly string[], most: number, what: string): void => {
    for (const key of keys) {
      const value = config.values[key];
      if (typeof value === 'number' && value > most) {
        fail(config.file, `${key} must be at most ${most}, ${what}`, value);
      }
    }
  };
  refuse(COUNTS, tensors.size, 'the number of tensors');
  refuse(SIZES, largest, 'the largest size of a tensor');
}
