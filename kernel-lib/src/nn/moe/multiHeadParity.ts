import { expectInteger, fail, refuseOldNames } from '../../base/core';

/** Options of `moe.multiHeadParity`. */
export interface MultiHeadParityOptions {
  /** Sub-tokens of a token, h. */
  heads: number;
  /** Experts of a token there and of a sub-token here, K. */
  k: number;
  /** Of the mixture to be equalled: E, D and H. Its experts are plain. */
  experts: number;
  width: number;
  hidden: number;
}

/** Sizes of a multi-head mixture, and how far it is from the other, as a fraction. */
export interface MultiHeadParity {
  experts: number;
  hidden: number;
  flops: number;
  parameters: number;
  deviation: number;
}

/**
 * The numbers of experts and of neurons in each that bring `moe.multiHead` nearest to a mixture's operations a token and
 * parameters, routers and the maps before and after included (MH-MoE, arXiv 2411.16205, section 3).
 *
 * @throws {SwitchyardError} where the two maps alone cost more than the mixture.
 */
export function multiHeadParity(options: MultiHeadParityOptions): MultiHeadParity {
  refuseOldNames('moe.multiHeadParity', options, { numExperts: 'experts' });
  (['heads', 'k', 'experts', 'width', 'hidden'] as const).forEach((name) =>
    expectInteger('moe.multiHeadParity', name, options[name], 1)
  );
  const { experts: numExperts, width, hidden, k, heads } = options;
  const flops = 4 * width * hidden * k + 2 * width * numExperts;
  const parameters = 2 * width * hidden * numExperts + width * numExperts;
  let best: MultiHeadParity | null = null;
  for (let experts = k; experts <= 4 * heads * numExperts; experts++) {
    for (let inner = 1; inner <= hidden; inner++) {
      const candidate = {
        flops: 4 * width ** 2 + 4 * width * inner * k + 2 * width * experts,
        parameters: 2 * width ** 2 + (width / heads) * (2 * inner + 1) * experts
      };
      const off = [candidate.flops / flops - 1, candidate.parameters / parameters - 1].map(Math.abs);
      const deviation = Math.max(...off);
      if (best === null || deviation < best.deviation) {
        best = { experts, hidden: inner, ...candidate, deviation };
      }
    }
  }
  return best !== null && best.deviation < 0.1
    ? best
    : fail('moe.multiHeadParity', 'some sizes must come within 10 % of the mixture', best);
}
