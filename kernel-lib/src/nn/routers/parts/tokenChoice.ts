import { tf } from '../../../base/backend';
import { Buffer, expectInteger, expectNumber, expectOneOf, Module } from '../../../base/core';
import type { Context, CostShape } from '../../../base/core';
import type { Router, RouterShape, SparseRouting } from '../router';
import { addBalanceLosses, checkBalance, updateSelectionBias } from './balance';
import type { BalanceOptions } from './balance';
import { checkGroups, checkGroupSizes } from './groups';
import type { GroupOptions } from './groups';
import { routerAxes } from './routerAxes';
import type { RouterAxes } from './routerAxes';
import { checkK, SCORE_FUNCTIONS, selectTopK } from './selectTopK';
import type { ScoreFunction } from './selectTopK';

/** Options of every router that sends a token to its K experts of highest score. */
export interface TokenChoiceOptions {
  /** Experts of a token, K. */
  k: number;
  /** Default "softmax". */
  scores?: ScoreFunction;
  /** Divide the weights of a token by their sum. Default: true where k > 1 (a single weight would be 1, without gradient). */
  renormalize?: boolean;
  /** Default: the "switch" loss times 0.01. `{}` balances nothing. */
  balance?: BalanceOptions;
  /** Groups of experts are chosen first, and experts in these alone. Default null: experts are chosen among all. */
  groups?: GroupOptions | null;
  /** Factor of the weights in the end (DeepSeek's routed scaling factor). Default 1. */
  scale?: number;
}

/** Checks the options and fills in the defaults. */
export function resolveTokenChoice(where: string, options: TokenChoiceOptions): Required<TokenChoiceOptions> {
  const { k, scores = 'softmax', renormalize = k > 1 } = options;
  const { groups = null, scale = 1 } = options;
  const { balance = { loss: { convention: 'switch', coefficient: 0.01 } } } = options;
  expectInteger(where, 'k', k, 1);
  expectOneOf(where, 'scores', scores, SCORE_FUNCTIONS);
  checkBalance(where, balance);
  if (groups !== null) {
    checkGroups(where, groups);
  }
  expectNumber(where, 'scale', scale, Number.MIN_VALUE);
  return { k, scores, renormalize, balance, groups, scale };
}

/** A router that makes logits in its own way, {@link TokenChoice.score}, and then chooses as all of them do. */
export abstract class TokenChoice extends Module implements Router {
  protected readonly axes: RouterAxes;
  private readonly selectionBias: Buffer | null;

  /** @throws {SwitchyardError} naming `where`, unless k is in 1..numExperts. */
  constructor(
    where: string,
    private readonly choice: Required<TokenChoiceOptions>,
    shape: RouterShape
  ) {
    super();
    this.axes = routerAxes(shape);
    checkK(where, choice.k, this.numExperts);
    if (choice.groups !== null) {
      checkGroupSizes(where, choice.groups, this.numExperts, choice.k);
      this.axes.experts.pin('groups are chosen by the place of their experts');
    }
    if (choice.balance.locality !== undefined) {
      this.axes.experts.pin('each expert has a node');
    }
    this.selectionBias = choice.balance.bias
      ? this.addBuffer('selectionBias', Buffer.over([this.axes.experts], tf.zeros))
      : null;
  }

  get numExperts(): number {
    return this.axes.experts.size;
  }

  get k(): number {
    return Math.min(this.choice.k, this.numExperts);
  }

  get meanK(): number {
    return this.k;
  }

  /** Operations of {@link TokenChoice.score} on a token: matrix products. */
  abstract override ownFlops(shape: CostShape): number;

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { balance, scores, renormalize, groups, scale } = this.choice;
    const { k, selectionBias } = this;
    const routing = selectTopK(this.score(x, ctx), {
      k,
      scores,
      renormalize,
      groups,
      scale,
      selectionBias: selectionBias?.read() ?? null
    });
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
