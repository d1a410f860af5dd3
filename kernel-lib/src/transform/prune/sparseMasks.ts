import { fail } from '../../base/core';
import { nthSmallest } from '../../base/math';

/** Scores of one parameter, -1 where it is masked already. */
export interface Scored {
  path: string;
  shape: readonly number[];
  scores: Float32Array;
}

/** How much is to go: a share of the values, 0..1, or all but n of every m inputs of an output. */
export type SparsityTarget = { sparsity: number } | { pattern: { n: number; m: number } };

/** Over which values scores are ranked together: those of an output, of a parameter, or of all parameters. */
export type ValueScope = 'output' | 'local' | 'global';

/** Masks of the largest scores: of the values that are ranked together all but `round(sparsity n)` are left; of equal scores the first. */
export function keepLargest(scored: readonly Scored[], sparsity: number, scope: ValueScope): Float32Array[] {
  if (scope === 'output') {
    return scored.map((each) => keepOfOutputs(each, sparsity));
  }
  return scope === 'local' ? scored.flatMap((each) => keepOf([each], sparsity)) : keepOf(scored, sparsity);
}

/** Of each output of a matrix [..., outputs] those of its inputs; of a bank [E, inputs, outputs], of each expert's. */
function keepOfOutputs({ path, shape, scores }: Scored, sparsity: number): Float32Array {
  const outputs = shape.at(-1)!;
  const blocks = shape.length === 3 ? shape[0] : 1;
  const inputs = scores.length / outputs / blocks;
  const mask = new Float32Array(scores.length);
  const own = new Float32Array(inputs);
  for (let block = 0; block < blocks; block++) {
    for (let output = 0; output < outputs; output++) {
      const first = block * inputs * outputs + output;
      for (let input = 0; input < inputs; input++) {
        own[input] = scores[first + input * outputs];
      }
      const [kept] = keepOf([{ path, shape: [inputs], scores: own }], sparsity);
      for (let input = 0; input < inputs; input++) {
        mask[first + input * outputs] = kept[input];
      }
    }
  }
  return mask;
}

function keepOf(scored: readonly Scored[], sparsity: number): Float32Array[] {
  const all = new Float32Array(scored.reduce((sum, { scores }) => sum + scores.length, 0));
  let at = 0;
  for (const { scores } of scored) {
    all.set(scores, at);
    at += scores.length;
  }
  const count = all.length - Math.round(sparsity * all.length);
  const threshold = count === 0 ? Infinity : nthSmallest(all, all.length - count);
  // Of those at the threshold as many as are left over.
  let ties = count - scored.reduce((above, { scores }) => above + countAbove(scores, threshold), 0);
  return scored.map(({ scores }) => {
    const kept = new Float32Array(scores.length);
    for (let i = 0; i < scores.length; i++) {
      const value = scores[i];
      if (value >= 0 && (value > threshold || (value === threshold && ties-- > 0))) {
        kept[i] = 1;
      }
    }
    return kept;
  });
}

/** How many scores are above a threshold. */
export function countAbove(scores: Float32Array, threshold: number): number {
  let count = 0;
  for (const score of scores) {
    count += score > threshold ? 1 : 0;
  }
  return count;
}

/**
 * Mask of an n:m pattern: of every m inputs in a row of an output, the n of largest score.
 *
 * @param scored - A matrix [..., inputs, outputs].
 * @throws {SwitchyardError} where m does not divide the inputs.
 */
export function keepOfEach(
  where: string,
  { path, shape, scores }: Scored,
  { n, m }: { n: number; m: number }
): Float32Array {
  const [inputs, outputs] = shape.slice(-2);
  if (inputs % m !== 0) {
    fail(where, `pattern.m (${m}) must divide the inputs of "${path}"`, inputs);
  }
  const mask = new Float32Array(scores.length);
  for (let block = 0; block < scores.length; block += inputs * outputs) {
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input += m) {
        const places = Array.from({ length: m }, (_, i) => block + (input + i) * outputs + output);
        places.sort((a, b) => scores[b] - scores[a] || a - b);
        places.slice(0, n).forEach((place) => scores[place] >= 0 && (mask[place] = 1));
      }
    }
  }
  return mask;
}
