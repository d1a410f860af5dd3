import {
  type AttentionSpec,
  attentionSpecs,
  CausalSelfAttention,
  Linear,
  type NormSpec,
  normSpecs,
  rmsNorm
} from '../layers';
import { untied } from './untied';

export interface UntiedNormOptions {
  /** Modalities, M. */
  count: number;
  /** The norm of each. Default: `layers.rmsNorm()`. */
  norm?: NormSpec;
}

/** The norm of a model of which each modality has its own. */
export function untiedNorm({ count, norm: of = rmsNorm() }: UntiedNormOptions): NormSpec {
  const norm = normSpecs.of(of);
  return {
    kind: 'untied',
    options: { count, norm },
    build: (shape) => untied({ count, build: () => norm.build(shape) })
  };
}

/** The causal attention of a model, without biases, of whose projections each modality has its own. */
export function untiedAttention({ count }: { count: number }): AttentionSpec {
  return {
    kind: 'untied',
    options: { count },
    build: ({ width, heads, random }) =>
      new CausalSelfAttention({
        ...{ width, heads, bias: false, random },
        projection: (options) =>
          untied({ count, build: (i) => new Linear({ ...options, random: options.random.child(i) }) })
      })
  };
}

normSpecs.register('untied', untiedNorm);
attentionSpecs.register('untied', untiedAttention);
