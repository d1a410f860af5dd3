import type { tf } from '../../base/backend';
import { captureInputs, fail } from '../../base/core';
import type { Module, Random } from '../../base/core';
import { copyValues } from '../../models/copyValues';
import { Transformer } from '../../models/language/transformer';
import { sparseAttention, SparseSelfAttention } from '../../nn/layers';
import type { TransformReport } from '../moe';

/** Options of `models.sparsifyAttention`. */
export interface SparsifyAttentionOptions {
  /** Share of the keys that a query sees; see `layers.SparseSelfAttention`. */
  keep: number;
  subspaces?: number;
  codewords?: number;
  /** Token ids [B, N] whose queries and keys the codewords are learnt from. */
  tokens: tf.Tensor2D;
  /** Stream for learning them. */
  random: Random;
}

export interface SparsifyAttentionReport extends TransformReport {
  /** Of the keys that really weigh most for `tokens`, the share that is found; a block each. */
  recall: number[];
}

/**
 * A copy of a transformer whose attention keeps only the largest weights, found by product quantization of queries and keys
 * (SPT, arXiv 2312.10365). With `keep` 1 the function stays. `model` stays as it is.
 *
 * @throws {SwitchyardError} where its attention is not the usual one, or an option is out of range.
 */
export function sparsifyAttention(
  model: Transformer,
  { tokens, random, ...sparse }: SparsifyAttentionOptions
): { model: Transformer; report: SparsifyAttentionReport } {
  if (model.options.parts?.attention !== undefined) {
    fail('models.sparsifyAttention', 'the model must have the usual attention', 'another');
  }
  const parts = {
    ...model.options.parts,
    attention: sparseAttention(sparse)
  };
  const sparser = new Transformer({ ...model.options, parts });
  copyValues(model, sparser);
  const recall: number[] = [];
  const isSparse = (module: Module): module is SparseSelfAttention => module instanceof SparseSelfAttention;
  const blocks = [...sparser.modules().values()].filter(isSparse);
  // In turn: what a block is given depends on what those before it have learnt.
  blocks.forEach((attention, block) => {
    const captured = captureInputs(sparser, tokens, isSparse);
    attention.learnIndex(captured[block].input, random.child(block));
    recall.push(attention.recall(captured[block].input));
    captured.forEach(({ input }) => input.dispose());
  });
  const parameters = { before: model.countParameters(), after: sparser.countParameters() };
  return { model: sparser, report: { transformation: 'sparsifyAttention', parameters, recall } };
}
