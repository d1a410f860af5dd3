import type { tf } from '../../base/backend';
import { alike, Bank } from './bank';
import type { ExpertSpec } from './expertBank';
import { numberedLabels } from './numberedLabels';

/** Experts that pass a token on as it is, `x`: no parameters, no work (MoE++, arXiv 2410.07348). */
export function copyExperts(): ExpertSpec {
  return { kind: 'copy', options: {}, build: ({ numExperts }) => new CopyExperts(numExperts) };
}

class CopyExperts extends Bank {
  readonly kind = 'copy-experts';

  constructor(numExperts: number) {
    super(numExperts, numberedLabels(numExperts), alike(numExperts, 0));
  }

  applyGroups(rows: tf.Tensor2D): tf.Tensor2D {
    return rows.clone();
  }
}
