import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, fail, stateKey } from '../../../base/core';
import type { Context } from '../../../base/core';
import * as ops from '../../../base/ops';
import { sideInput } from './sideInput';

/** Options of a loss for locality. */
export interface LocalityOptions {
  coefficient: number;
  /** Node of each expert, from 0; [E]. */
  nodeOf: readonly number[];
  /**
   * State of the pass that holds the node of each token, int32 [T]. Default null: the tokens lie on the nodes in equal blocks,
   * in order, as `sim.traffic` has it.
   */
  by?: string | null;
}

/** @throws {SwitchyardError} naming `where` and the option that does not fit. */
export function checkLocality(where: string, { coefficient, nodeOf }: LocalityOptions): void {
  expectNumber(where, 'balance.locality.coefficient', coefficient, 0);
  nodeOf.forEach((node) => expectInteger(where, 'balance.locality.nodeOf', node, 0));
}

/**
 * The mean over tokens of `-log sum_(e on the token's node) p_e`: how far, in the sense of Kullback and Leibler, the router is from
 * the same router shut up in each token's own node (after LocMoE, arXiv 2401.13920). 0 where nothing leaves a node.
 *
 * @throws {SwitchyardError} where `nodeOf` has not E entries, or the pass not a node for each token.
 */
export function localityLoss(probs: tf.Tensor2D, { nodeOf, by = null }: LocalityOptions, ctx: Context): tf.Scalar {
  const [numTokens, numExperts] = probs.shape;
  if (nodeOf.length !== numExperts) {
    fail('localityLoss', `nodeOf must have E (${numExperts}) entries`, nodeOf.length);
  }
  const own = ops.withoutGradient(() => {
    const homes = by === null ? blocks(numTokens, nodeOf) : sideInput('localityLoss', stateKey(by), numTokens, ctx);
    return homes
      .toInt()
      .expandDims(1)
      .equal(tf.tensor1d([...nodeOf], 'int32'))
      .toFloat();
  });
  return probs.mul(own).sum(1).maximum(TINY).log().mean<tf.Scalar>().neg();
}

const TINY = 1e-20;

function blocks(numTokens: number, nodeOf: readonly number[]): tf.Tensor {
  const nodes = Math.max(...nodeOf) + 1;
  return tf.tensor1d(
    Int32Array.from({ length: numTokens }, (_, t) => Math.floor((t * nodes) / numTokens)),
    'int32'
  );
}
