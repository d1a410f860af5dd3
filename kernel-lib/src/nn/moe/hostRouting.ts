import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { RouterScores, RoutingRecord } from '../../base/core';
import * as ops from '../../base/ops';
import { everyExpert } from '../experts/applyToAll';
import { denseWeights, routerZLoss } from '../routers';
import type { Routing } from '../routers';

/** Logits of more tokens than these hold are read of every second, third or so token. */
const MAX_LOGITS = 65_536;

/** Routing of a pass, read to the host. */
export interface HostRouting {
  /** Expert of each choice, -1 where unused; [T * K]. For a routing that is not sparse choice j is expert j, K is E. */
  indices: Int32Array;
  /** Details that only an observer needs; null where there is none. */
  observed: Pick<RoutingRecord, 'indices' | 'weights' | 'importance' | 'entropy' | 'scores'> | null;
}

/**
 * Brings a routing to the host in one read, and only as much of it as is needed: the choices, the number of logits that are
 * not finite, and, where `observed`, weights, importance, entropy and the scores that it was decided by.
 *
 * @param where - The router's path, for errors.
 * @throws {SwitchyardError} where a logit is NaN or infinite.
 */
export function readRouting(where: string, routing: Routing, observed: boolean): HostRouting {
  const { numTokens, numExperts, form } = routing;
  const k = choicesOf(routing);
  if (form === 'sparse' && !observed) {
    const { broken, indices } = ops.readChoices(routing.logits, routing.indices);
    expectFinite(where, routing, broken);
    return { indices, observed: null };
  }
  const values = ops.read(() => pack(routing, observed)) as Float32Array;
  let at = 0;
  const take = (size: number): Float32Array => values.slice(at, (at += size));
  const [broken] = take(1);
  expectFinite(where, routing, broken);
  const indices = form === 'sparse' ? Int32Array.from(take(numTokens * k)) : everyExpert(numTokens, numExperts);
  if (!observed) {
    return { indices, observed: null };
  }
  const weights = take(numTokens * k);
  const choices = form === 'sparse' ? { indices, weights } : bestFirst(weights, numExperts);
  const importance = take(numExperts);
  const [entropy, zLoss] = take(2);
  const logits = take(sampledRows(numTokens, numExperts) * numExperts);
  const selectionBias = biasOf(routing) === null ? null : take(numExperts);
  const scores: RouterScores = { logits, zLoss, selectionBias };
  return { indices, observed: { ...choices, importance, entropy, scores } };
}

function expectFinite(where: string, { logits }: Routing, broken: number): void {
  if (broken > 0) {
    fail(where, 'logits must be finite numbers', `${broken} of ${logits.size} that are not`);
  }
}

/** From one token whose logits are read to the next. */
function strideOf(numTokens: number, numExperts: number): number {
  return Math.max(1, Math.ceil((numTokens * numExperts) / MAX_LOGITS));
}

function sampledRows(numTokens: number, numExperts: number): number {
  return Math.ceil(numTokens / strideOf(numTokens, numExperts));
}

function biasOf(routing: Routing): tf.Tensor | null {
  return (routing.form === 'sparse' && routing.selectionBias) || null;
}

/** Choices of a token on the host, K; E where the routing is not sparse. */
export function choicesOf(routing: Routing): number {
  return routing.form === 'sparse' ? routing.k : routing.numExperts;
}

function pack(routing: Routing, observed: boolean): tf.Tensor1D {
  const { logits, probs, numTokens, numExperts } = routing;
  const parts: tf.Tensor[] = [logits.isFinite().logicalNot().toFloat().sum().expandDims()];
  if (routing.form === 'sparse') {
    // float32 holds every index below 2^24.
    parts.push(routing.indices.toFloat().flatten());
  }
  if (observed) {
    const entropy = probs.mul(probs.maximum(1e-30).log()).sum(1).mean().neg();
    // A token's share in an expert with slots: its weights for all of the expert's rows.
    const weights = routing.form === 'sparse' ? routing.weights : denseWeights(routing);
    parts.push(weights.flatten(), probs.sum(0), entropy.expandDims(), routerZLoss(logits).expandDims());
    const stride = strideOf(numTokens, numExperts);
    parts.push((stride === 1 ? logits : tf.stridedSlice(logits, [0, 0], logits.shape, [stride, 1])).flatten());
    const bias = biasOf(routing);
    parts.push(...(bias === null ? [] : [bias]));
  }
  return tf.concat1d(parts as tf.Tensor1D[]);
}

// Dense weights [T * E] as choices: the largest first, weight 0 is no choice.
function bestFirst(dense: Float32Array, numExperts: number): { indices: Int32Array; weights: Float32Array } {
  const indices = new Int32Array(dense.length).fill(-1);
  const weights = new Float32Array(dense.length);
  for (let start = 0; start < dense.length; start += numExperts) {
    const row = dense.subarray(start, start + numExperts);
    const used = Array.from(row.keys()).filter((expert) => row[expert] !== 0);
    used
      .sort((a, b) => row[b] - row[a])
      .forEach((expert, choice) => {
        indices[start + choice] = expert;
        weights[start + choice] = row[expert];
      });
  }
  return { indices, weights };
}
