import { expectInteger, expectOneOf, fail } from '../../base/core';
import type { BlockParts } from '../../nn/layers';
import { MODALITY_IDS, untiedAttention, untiedNorm } from '../../nn/moe';
import * as routers from '../../nn/routers';
import type { RouterSpec } from '../../nn/routers';

/** Part that each modality can have of its own. */
export type UntiedPart = 'feedForward' | 'attention' | 'norm';

/** Options of modalities, each with a network of its own. */
export interface ModalityOptions {
  /** How many token ids each modality has, in the order of the ids: `{ text: 256, image: 64 }`. Together they are the vocabulary. */
  modalities: Readonly<Record<string, number>>;
  /** Default: all three. */
  untie?: readonly UntiedPart[];
}

/** Options of a transformer untied by modality. */
export interface ResolvedModalities {
  /** M. */
  count: number;
  /** Modality of each token id; [V]. */
  ofId: number[];
  parts: BlockParts;
  /** Sends tokens to the feed-forward network of their modality; null where all share one. */
  router: RouterSpec | null;
}

const PARTS: readonly UntiedPart[] = ['feedForward', 'attention', 'norm'];

/** Checks the options, and makes of them what a transformer is built from. */
export function resolveModalities(where: string, { modalities, untie = PARTS }: ModalityOptions): ResolvedModalities {
  const sizes = Object.entries(modalities);
  const count = sizes.length;
  if (count === 0) {
    fail(where, 'modalities must have a name', modalities);
  }
  sizes.forEach(([name, size]) => expectInteger(where, `modalities.${name}`, size, 1));
  untie.forEach((part) => expectOneOf(where, 'untie', part, PARTS));
  const ofId = sizes.flatMap(([, size], modality) => new Array<number>(size).fill(modality));
  const table = sizes.map((_, modality) => [modality]);
  const router = untie.includes('feedForward') ? routers.fixed({ table, by: MODALITY_IDS.name }) : null;
  return { count, ofId, parts: untiedParts(untie, count), router };
}

function untiedParts(untie: readonly UntiedPart[], count: number): BlockParts {
  return {
    ...(untie.includes('norm') ? { norm: untiedNorm({ count }) } : {}),
    ...(untie.includes('attention') ? { attention: untiedAttention({ count }) } : {})
  };
}
