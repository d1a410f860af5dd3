import type { tf } from '../../base/backend';
import { Bank, bankAxes } from './bank';
import type { ExpertSpec } from './expertBank';
import { specs } from './specs';

/** Experts that pass a token on as it is, `x`: no parameters, no work (MoE++, arXiv 2410.07348). */
export function copyExperts(): ExpertSpec {
  return { kind: 'copy', options: {}, build: (shape) => new CopyExperts(bankAxes(shape).experts) };
}

class CopyExperts extends Bank {
  readonly kind = 'copy-experts';

  protected override rowFlops(): number {
    return 0;
  }

  applyGroups(rows: tf.Tensor2D): tf.Tensor2D {
    return rows.clone();
  }
}

specs.register('copy', () => copyExperts());
