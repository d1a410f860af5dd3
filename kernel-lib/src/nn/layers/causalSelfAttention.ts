import { SelfAttention, type SelfAttentionOptions } from './selfAttention';

/** Options of `layers.CausalSelfAttention`. */
export type CausalSelfAttentionOptions = SelfAttentionOptions;

/**
 * Multi-head attention (arXiv 1706.03762) in which a position sees itself and those before it: [B, N, D] to
 * [B, N, D]. It knows nothing of positions: add them to its input.
 */
export class CausalSelfAttention extends SelfAttention {
  override readonly kind: string = 'causal-self-attention';
  protected override readonly causal = true;
}
