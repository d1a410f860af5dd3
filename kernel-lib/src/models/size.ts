import { expectInteger, fail } from '../base/core';

/** Sizes that all transformers here have in common. */
export interface TransformerSize {
  /** Blocks, L. */
  layers: number;
  /** Width of a token, D. */
  width: number;
  /** Attention heads; they divide the width. Default: as many as heads of width 32 fit, at least 1. */
  heads?: number;
  /** Most positions at once. Default 128. */
  contextLength?: number;
  /** V. Default 256: bytes. */
  vocabSize?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
  /** Attention and what works on each token alone both read the block's input, and not one after the other. Default false. */
  parallel?: boolean;
}

/** Checks the sizes and fills in the defaults. */
export function resolveSize(where: string, size: TransformerSize): Required<TransformerSize> {
  const { layers, width, contextLength = 128, vocabSize = 256, seed = 0, parallel = false } = size;
  expectInteger(where, 'layers', layers, 1);
  expectInteger(where, 'width', width, 1);
  expectInteger(where, 'contextLength', contextLength, 1);
  expectInteger(where, 'vocabSize', vocabSize, 2);
  expectInteger(where, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const { heads = defaultHeads(width) } = size;
  expectInteger(where, 'heads', heads, 1, width);
  if (width % heads !== 0) {
    fail(where, `heads must divide width (${width})`, heads);
  }
  return { layers, width, heads, contextLength, vocabSize, seed, parallel };
}

const HEAD_WIDTH = 32;

function defaultHeads(width: number): number {
  let heads = Math.max(1, Math.floor(width / HEAD_WIDTH));
  while (width % heads !== 0) {
    heads--;
  }
  return heads;
}
