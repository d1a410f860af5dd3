import type { tf } from '../../base/backend';
import { Context, expectRank, fail, observer } from '../../base/core';
import type { ActivationRecord } from '../../base/core';
import { symmetricEigen } from '../../base/math/symmetricEigen';
import type { Proxy } from './proxy';

/** Options of `nas.proxies.naswot`. */
export interface NaswotOptions {
  /** Inputs, [B, ...], B at least 2; the caller keeps them. */
  inputs: tf.Tensor;
}

/**
 * Neural architecture search without training (NASWOT, arXiv 2006.04647): the logarithm of the determinant of K, whose entry for two samples is the number of
 * units whose nonlinearity is on for both or off for both. On is a value above 0 before it, as of rectified linear units. Networks that send samples through
 * different units score higher.
 *
 * @throws {SwitchyardError} for fewer than two inputs, where the network tells of no activation of single samples, and where it does not tell two inputs apart: the
 * determinant is then 0.
 */
export function naswot({ inputs }: NaswotOptions): Proxy {
  const where = 'nas.proxies.naswot';
  expectRank(where, inputs, 2);
  const count = inputs.shape[0];
  if (count < 2) {
    fail(where, 'there must be two inputs or more', count);
  }
  return {
    kind: 'naswot',
    score(model) {
      const agree = Array.from({ length: count }, () => new Array<number>(count).fill(0));
      let units = 0;
      const observe = (record: ActivationRecord): void => {
        if (record.shape[0] === count) {
          units += addAgreement(agree, record);
        }
      };
      const ctx = Context.create({ observers: [observer('activation', observe)] });
      try {
        model.apply(inputs, ctx).dispose();
      } finally {
        ctx.dispose();
      }
      if (units === 0) {
        fail(where, 'the network must tell of activations, a row for each input', 'none');
      }
      const eigenvalues = symmetricEigen(agree).values;
      // Below this a number is what rounding leaves of 0.
      const least = Math.max(...eigenvalues) * count * Number.EPSILON;
      return eigenvalues.every((each) => each > least)
        ? eigenvalues.reduce((sum, each) => sum + Math.log(each), 0)
        : fail(where, 'the network must tell all inputs apart by its units', 'two that it does not');
    }
  };
}

/** Adds, for each pair of samples, the units on which they agree; gives the units of a sample. */
function addAgreement(agree: readonly number[][], { shape: [count], inputs }: ActivationRecord): number {
  const units = inputs.length / count;
  const codes = Uint8Array.from(inputs, (value) => (value > 0 ? 1 : 0));
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      let same = 0;
      for (let u = 0; u < units; u++) {
        same += codes[a * units + u] === codes[b * units + u] ? 1 : 0;
      }
      agree[a][b] += same;
      agree[b][a] += a === b ? 0 : same;
    }
  }
  return units;
}
