import { tf } from '../../../base/backend';
import { expectInteger, expectOneOf, Module } from '../../../base/core';
import type { Context } from '../../../base/core';
import type { Router, SparseRouting } from '../router';
import { addBalanceLosses, checkBalance, updateSelectionBias } from './balance';
import type { BalanceOptions } from './balance';
import { checkK, SCORE_FUNCTIONS, selectTopK } from './selectTopK';
import type { ScoreFunction } from './selectTopK';

/** What every router has that sends a token to its K experts of highest score. */
export interface TokenChoiceOptions {
  /** Experts of a token, K. */
  k: number;
  /** Default "softmax". */
  scores?: ScoreFunction;
  /** Divide the weights of a token by their sum. Default: true where k > 1 (a single weight would be 1, without gradient). */
  renormalize?: boolean;
  /** Default: the "switch" loss times 0.01. `{}` balances nothing. */
  balance?: BalanceOptions;
}

/** Checks the options and fills in the defaults. */
export function resolveTokenChoice(where: string, options: TokenChoiceOptions): Required<TokenChoiceOptions> {
  const { k, scores = 'softmax', renormalize = k > 1 } = options;
  const { balance = { loss: { convention: 'switch', coefficient: 0.01 } } } = options;
  expectInteger(where, 'k', k, 1);
  expectOneOf(where, 'scores', scores, SCORE_FUNCTIONS);
  checkBalance(where, balance);
  return { k, scores, renormalize, balance };
}

/** A router that makes logits in its own way, {@link TokenChoice.score}, and then chooses as all of them do. */
export abstract class TokenChoice extends Module implements Router {
  readonly k: number;
  readonly meanK: number;
  private readonly selectionBias: tf.Variable | null;

  /** @throws {SwitchyardError} naming `where`, unless k is in 1..numExperts. */
  constructor(
    where: string,
    private readonly choice: Required<TokenChoiceOptions>,
    readonly numExperts: number
  ) {
    super();
    checkK(where, choice.k, numExperts);
    this.k = choice.k;
    this.meanK = choice.k;
    this.selectionBias = choice.balance.bias
      ? this.addBuffer(
          'selectionBias',
          tf.tidy(() => tf.variable(tf.zeros([numExperts]), false))
        )
      : null;
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { balance, scores, renormalize } = this.choice;
    const { k, selectionBias } = this;
    const routing = selectTopK(this.score(x, ctx), { k, scores, renormalize, selectionBias });
    if (ctx.training) {
      addBalanceLosses(routing, balance, ctx);
      if (balance.bias && selectionBias !== null) {
        updateSelectionBias(selectionBias, routing.indices, balance.bias.rate, ctx);
      }
    }
    return routing;
  }

  /** Tokens [T, D] to logits [T, E]. */
  protected abstract score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D;
}
