import { tf } from '../../base/backend';
import { Bank, bankAxes } from './bank';
import type { ExpertSpec } from './expertBank';
import { specs } from './specs';

/** Experts that discard a token, `0`: no parameters, no work (MoE++, arXiv 2410.07348). */
export function zeroExperts(): ExpertSpec {
  return { kind: 'zero', options: {}, build: (shape) => new ZeroExperts(bankAxes(shape).experts) };
}

class ZeroExperts extends Bank {
  readonly kind = 'zero-experts';

  protected override rowFlops(): number {
    return 0;
  }

  applyGroups(rows: tf.Tensor2D): tf.Tensor2D {
    return tf.zerosLike(rows);
  }
}

specs.register('zero', () => zeroExperts());
