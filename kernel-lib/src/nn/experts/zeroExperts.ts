import { tf } from '../../base/backend';
import { alike, Bank } from './bank';
import type { ExpertSpec } from './expertBank';
import { numberedLabels } from './numberedLabels';

/** Experts that discard a token, `0`: no parameters, no work (MoE++, arXiv 2410.07348). */
export function zeroExperts(): ExpertSpec {
  return { kind: 'zero', options: {}, build: ({ numExperts }) => new ZeroExperts(numExperts) };
}

class ZeroExperts extends Bank {
  readonly kind = 'zero-experts';

  constructor(numExperts: number) {
    super(numExperts, numberedLabels(numExperts), alike(numExperts, 0));
  }

  applyGroups(rows: tf.Tensor2D): tf.Tensor2D {
    return tf.zerosLike(rows);
  }
}
