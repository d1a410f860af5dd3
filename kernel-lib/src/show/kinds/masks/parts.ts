import { MAX_MASK_PARTS } from '../../../protocol';
import type { MaskParts } from '../../../protocol';

/** Parts of a group and what is kept of each; of too many, the means of blocks of neighbours. */
export function partsOf({ of, kept, count }: MaskParts, most = MAX_MASK_PARTS): MaskParts {
  if (kept.length <= most) {
    return { of, kept: [...kept], count };
  }
  const at = (i: number): number => Math.round((i * kept.length) / most);
  const blocks = Array.from({ length: most }, (_, i) => kept.slice(at(i), at(i + 1)));
  return { of, kept: blocks.map((block) => block.reduce((sum, value) => sum + value, 0) / block.length), count };
}
