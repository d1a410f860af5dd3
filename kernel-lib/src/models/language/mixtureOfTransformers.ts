import { expectInteger } from '../../base/core';
import type { FeedForwardSpec } from '../feedForward';
import { resolveSize } from '../size';
import type { TransformerSize } from '../size';
import { defaultHidden } from './denseTransformer';
import { resolveModalities } from './modalities';
import type { ModalityOptions } from './modalities';
import { Transformer } from './transformer';

/** Options of `models.mixtureOfTransformers`. */
export interface MixtureOfTransformersOptions extends Omit<TransformerSize, 'vocabSize'>, ModalityOptions {
  /** Width inside the feed-forward networks, H. Default 4 D, or 8/3 D where gated. */
  hidden?: number;
  /** SwiGLU instead of a plain network. Default false. */
  gated?: boolean;
}

/**
 * A transformer in which each modality has parameters of its own, and all attend to all (Mixture-of-Transformers,
 * arXiv 2411.04996): the modality of a token chooses its feed-forward network, its projections into and out of attention and its norms;
 * attention itself runs over the whole sequence. Embeddings and the head are shared. A token costs as much as in one dense
 * transformer. The vocabulary is that of all modalities.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function mixtureOfTransformers(options: MixtureOfTransformersOptions): Transformer {
  const where = 'models.mixtureOfTransformers';
  const { count, ofId, parts, router } = resolveModalities(where, options);
  const { layers, ...size } = resolveSize(where, { ...options, vocabSize: ofId.length });
  const { gated = false, hidden = defaultHidden(size.width, gated) } = options;
  expectInteger(where, 'hidden', hidden, 1);
  const feedForward: FeedForwardSpec =
    router === null
      ? { kind: 'dense', hidden, gated }
      : {
          ...{ kind: 'moe', router, experts: count, hidden, expertKind: gated ? 'gated' : 'plain' },
          ...{ capacityFactor: null, sharedExperts: 0 }
        };
  const feedForwards = Array.from({ length: layers }, () => feedForward);
  return new Transformer({ ...size, feedForwards, parts, modalities: ofId });
}
