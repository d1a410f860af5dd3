import { resolveMoeTransformer } from './moeTransformer';
import type { MoeTransformerOptions } from './moeTransformer';
import { Transformer } from './transformer';

/** Options of `models.wideNet`. */
export interface WideNetOptions extends Omit<MoeTransformerOptions, 'every'> {
  /** Norms of its own for each pass, so that the router sees other tokens in each. Default true. */
  individualNorms?: boolean;
}

/**
 * One block with a mixture of experts, router included, applied `layers` times (WideNet, arXiv 2107.11817). More passes cost
 * no parameters but the two norms of each. A router for each block does not apply: that of block 0 is everyone's.
 *
 * @throws {SwitchyardError} as `models.moeTransformer` does.
 */
export function wideNet({ individualNorms = true, ...options }: WideNetOptions): Transformer {
  return new Transformer({
    ...resolveMoeTransformer({ ...options, every: 1 }),
    sharing: individualNorms ? 'blocks' : 'blocksAndNorms'
  });
}
