import { fail } from '../../base/core';

/** Scores of one parameter, -1 where it is masked already. */
export interface Scored {
  path: string;
  shape: readonly number[];
  scores: Float32Array;
}

/**
 * Masks of the largest scores: of each parameter, or of all together, all but `round(sparsity n)` values are left; of equal scores the first.
 */
export function keepLargest(scored: readonly Scored[], sparsity: number, scope: 'local' | 'global'): Float32Array[] {
  return scope === 'local' ? scored.flatMap((each) => keepOf([each], sparsity)) : keepOf(scored, sparsity);
}

function keepOf(scored: readonly Scored[], sparsity: number): Float32Array[] {
  const all = new Float32Array(scored.reduce((sum, { scores }) => sum + scores.length, 0));
  let at = 0;
  for (const { scores } of scored) {
    all.set(scores, at);
    at += scores.length;
  }
  const count = all.length - Math.round(sparsity * all.length);
  const sorted = all.slice().sort();
  const threshold = count === 0 ? Infinity : sorted[all.length - count];
  // Of those at the threshold as many as are left over.
  let ties = count - all.reduce((above, value) => above + (value > threshold ? 1 : 0), 0);
  return scored.map(({ scores }) =>
    scores.map((value) => {
      const kept = value >= 0 && (value > threshold || (value === threshold && ties > 0));
      ties -= kept && value === threshold ? 1 : 0;
      return kept ? 1 : 0;
    })
  );
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
