import { fail } from '../../base/core';
import { CausalSelfAttention } from './causalSelfAttention';
import { ClassAttention } from './classAttention';
import { GroupedAttention, type GroupedAttentionChoices } from './groupedAttention';
import { LatentAttention, type LatentAttentionChoices } from './latentAttention';
import { LayerNorm, RMSNorm } from './norms';
import { type AttentionSpec, attentionSpecs, type BetweenSpec, betweenSpecs, type NormSpec, normSpecs } from './parts';
import {
  CrossAttention,
  type CrossAttentionChoices,
  RelativeAttention,
  type RelativeAttentionChoices
} from './relativeAttention';
import { SparseSelfAttention, type SparseSelfAttentionOptions } from './sparseSelfAttention';

/** The options of a norm in a model. */
export interface NormSpecOptions {
  /** Keeps the division safe. Default 1e-5. */
  epsilon?: number;
}

/** The options of an RMS norm in a model. */
export interface RMSNormSpecOptions extends NormSpecOptions {
  /** Added to the scale, as in Gemma, whose scale is stored less 1. Default 0. */
  offset?: number;
}

/** The norm of a model: {@link RMSNorm}. */
export function rmsNorm({ epsilon, offset }: RMSNormSpecOptions = {}): NormSpec {
  const options = { epsilon, offset };
  return { kind: 'rms-norm', options, build: ({ width }) => new RMSNorm({ width, ...options }) };
}

/** The norm of a model: {@link LayerNorm}. */
export function layerNorm({ epsilon }: NormSpecOptions = {}): NormSpec {
  return { kind: 'layer-norm', options: { epsilon }, build: ({ width }) => new LayerNorm({ width, epsilon }) };
}

/** The options of attention in a model. */
export interface AttentionSpecOptions {
  /** Adds biases. Default false. */
  bias?: boolean;
  /** Rate of the dropout on attention probabilities. Default 0. */
  dropout?: number;
}

/** The attention of a model: {@link CausalSelfAttention}. */
export function causalAttention({ bias = false, dropout = 0 }: AttentionSpecOptions = {}): AttentionSpec {
  return {
    kind: 'causal',
    options: { bias, dropout },
    build: ({ width, heads, random }) => new CausalSelfAttention({ width, heads, bias, dropout, random })
  };
}

/** The attention of a model: {@link GroupedAttention}. */
export function groupedAttention(options: GroupedAttentionChoices = {}): AttentionSpec {
  return {
    kind: 'grouped',
    options: { ...options },
    build: (shape) => new GroupedAttention({ ...options, ...shape })
  };
}

/** The attention of a model: {@link LatentAttention}. */
export function latentAttention(options: LatentAttentionChoices): AttentionSpec {
  return {
    kind: 'latent',
    options: { ...options },
    build: ({ width, heads, random }) => new LatentAttention({ ...options, width, heads, random })
  };
}

/** The attention of a model: {@link RelativeAttention}. */
export function relativeAttention(options: RelativeAttentionChoices = {}): AttentionSpec {
  return {
    kind: 'relative',
    options: { ...options },
    build: (shape) => new RelativeAttention({ ...options, ...shape })
  };
}

/** Attention to an encoder's output, between attention and network of a decoder's block: {@link CrossAttention}. */
export function crossAttention(options: CrossAttentionChoices): BetweenSpec {
  return {
    kind: 'cross',
    options: { ...options },
    build: ({ width, random = fail('layers.crossAttention', 'must be given a stream to be built', undefined) }) =>
      new CrossAttention({ ...options, width, random })
  };
}

/** The attention of a model: {@link ClassAttention}. Biases by default. */
export function classAttention({ bias = true, dropout = 0 }: AttentionSpecOptions = {}): AttentionSpec {
  return {
    kind: 'class',
    options: { bias, dropout },
    build: ({ width, heads, random }) => new ClassAttention({ width, heads, bias, dropout, random })
  };
}

/** The attention of a model: {@link SparseSelfAttention} without biases. */
export function sparseAttention(
  options: Pick<SparseSelfAttentionOptions, 'keep' | 'subspaces' | 'codewords'>
): AttentionSpec {
  const { keep, subspaces, codewords } = options;
  return {
    kind: 'sparse',
    options: { keep, subspaces, codewords },
    build: ({ width, heads, random }) =>
      new SparseSelfAttention({ width, heads, random, keep, subspaces, codewords, bias: false })
  };
}

/** No attention: a block goes without, as where one was pruned (`prune.layers`). */
export function noAttention(): AttentionSpec {
  const build = (): never => fail('layers.noAttention', 'there must be nothing to build', 'a block that builds it');
  return { kind: 'none', options: {}, build };
}

normSpecs.register('rms-norm', rmsNorm);
normSpecs.register('layer-norm', layerNorm);
attentionSpecs.register('causal', causalAttention);
attentionSpecs.register('class', classAttention);
attentionSpecs.register('grouped', groupedAttention);
attentionSpecs.register('latent', latentAttention);
attentionSpecs.register('relative', relativeAttention);
betweenSpecs.register('cross', crossAttention);
attentionSpecs.register('sparse', sparseAttention);
attentionSpecs.register('none', noAttention);
