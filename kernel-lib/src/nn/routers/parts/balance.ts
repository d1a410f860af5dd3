import { tf } from '../../../base/backend';
import { expectNumber, expectOneOf, fail, stateKey } from '../../../base/core';
import type { Buffer, Context } from '../../../base/core';
import type { SparseRouting } from '../router';
import { checkLocality, localityLoss } from './localityLoss';
import type { LocalityOptions } from './localityLoss';
import {
  addSums,
  balanceOfSums,
  countChoices,
  gshardLoss,
  perLayerLoss,
  routerZLoss,
  sumLayer,
  switchLoss
} from './losses';
import type { BalanceSums } from './losses';

/** Which formula balances the load; balanced values and aggregation over layers: see `losses.ts`. */
export type BalanceConvention = 'switch' | 'gshard' | 'hf' | 'perLayer';

const CONVENTIONS: readonly BalanceConvention[] = ['switch', 'gshard', 'hf', 'perLayer'];

/** How a router keeps the load of its experts even. All absent: not at all. */
export interface BalanceOptions {
  /** A loss for uneven load, times `coefficient`; logged under its convention's name. */
  loss?: { convention: BalanceConvention; coefficient: number };
  /** Coefficient of the router z-loss (ST-MoE uses 1e-3), logged as "zLoss". Default 0. */
  zLoss?: number;
  /** Balance without a loss: a bias that only selects, moved by `rate` each step (arXiv 2408.15664 uses 1e-3). */
  bias?: { rate: number };
  /** A loss for what goes to experts on other nodes (LocMoE, arXiv 2401.13920), logged as "locality". */
  locality?: LocalityOptions;
}

/** @throws {SwitchyardError} naming `where` and the option that does not fit. */
export function checkBalance(where: string, { loss, zLoss, bias, locality }: BalanceOptions): void {
  if (loss !== undefined) {
    expectOneOf(where, 'balance.loss.convention', loss.convention, CONVENTIONS);
    expectNumber(where, 'balance.loss.coefficient', loss.coefficient, 0);
  }
  if (zLoss !== undefined) {
    expectNumber(where, 'balance.zLoss', zLoss, 0);
  }
  if (bias !== undefined) {
    expectNumber(where, 'balance.bias.rate', bias.rate, 0);
  }
  if (locality !== undefined) {
    checkLocality(where, locality);
  }
}

/** Adds the losses that `balance` asks for to the pass. */
export function addBalanceLosses(routing: SparseRouting, balance: BalanceOptions, ctx: Context): void {
  const { loss, zLoss, locality } = balance;
  if (loss !== undefined) {
    ctx.addLoss(loss.convention, balanceTerm(routing, loss.convention, ctx).mul(loss.coefficient));
  }
  if (zLoss !== undefined && zLoss > 0) {
    ctx.addLoss('zLoss', routerZLoss(routing.logits).mul(zLoss));
  }
  if (locality !== undefined) {
    ctx.addLoss('locality', localityLoss(routing.probs, locality, ctx).mul(locality.coefficient));
  }
}

/**
 * After the pass, moves the selection bias [E] up by `rate` where an expert had less than its share of the choices and
 * down where it had more: `b_i += rate * sign(mean load - load_i)` (arXiv 2408.15664, algorithm 1).
 */
export function updateSelectionBias(bias: Buffer, indices: tf.Tensor2D, rate: number, ctx: Context): void {
  const key = stateKey(`${ctx.path}/choices`);
  ctx.setState(key, countChoices(indices, bias.axes[0].size));
  ctx.afterPass(() =>
    tf.tidy(() => {
      const load = ctx.getState(key) ?? fail(ctx.path, 'Context.finish must come before Context.dispose', null);
      bias.assignKept(bias.read().add(load.mean().sub(load).sign().mul(rate)));
    })
  );
}

// A layer's share of the pass's loss. Over all layers of a pass the terms sum to what the convention says.
function balanceTerm(routing: SparseRouting, convention: BalanceConvention, ctx: Context): tf.Scalar {
  const { probs, indices } = routing;
  switch (convention) {
    case 'switch':
      return switchLoss(probs, indices);
    case 'gshard':
      return gshardLoss(probs, indices);
    case 'hf':
      return hfTerm(sumLayer({ probs, indices }), ctx);
    case 'perLayer':
      return perLayerTerm(perLayerLoss([{ probs, indices }]), ctx);
  }
}

// hf(layers 1..l) - hf(layers 1..l-1): the terms telescope to the loss of all layers taken as one batch.
function hfTerm(layer: BalanceSums, ctx: Context): tf.Scalar {
  const before = recallSums(ctx);
  const now = before === null ? layer : addSums(before, layer);
  const term = before === null ? balanceOfSums(now) : balanceOfSums(now).sub<tf.Scalar>(balanceOfSums(before));
  SUMS.forEach((name) => ctx.setState(stateKey(`hf/${name}`), now[name]));
  return term;
}

const SUMS = ['chosen', 'probability', 'numTokens'] as const;

function recallSums(ctx: Context): BalanceSums | null {
  const [chosen, probability, numTokens] = SUMS.map((name) => ctx.getState(stateKey(`hf/${name}`)));
  return chosen && probability && numTokens ? { chosen, probability, numTokens } : null;
}

/** The loss of each layer so far. */
const LOSSES = stateKey<tf.Tensor1D>('perLayer/losses');

// mean(layers 1..l) - mean(layers 1..l-1), likewise.
function perLayerTerm(loss: tf.Scalar, ctx: Context): tf.Scalar {
  const before = ctx.getState(LOSSES);
  const now = before === null ? loss.expandDims<tf.Tensor1D>(0) : before.concat(loss.expandDims<tf.Tensor1D>(0));
  // Before setState, which frees what was there.
  const term = before === null ? loss : now.mean().sub<tf.Scalar>(before.mean());
  ctx.setState(LOSSES, now);
  return term;
}
