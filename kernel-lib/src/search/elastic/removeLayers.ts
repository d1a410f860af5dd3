import { expectInteger, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { subnet } from '../../transform/elastic';

/** Options of `elastic.removeLayers`. */
export interface RemoveLayersOptions {
  /** Measure of what is left that is to be small, as in `elastic.select`. The model is the slice while it runs. */
  evaluate: (model: Module) => number | Promise<number>;
  /** Blocks that go at most. Default: all but one. */
  most?: number;
  /** Path of the stack of blocks. Default "layers". */
  stack?: string;
}

/** Blocks that go together. */
export interface LayerRemoval {
  /** Paths, for the `skip` of a slice. */
  skip: string[];
  loss: number;
}

const WHERE = 'elastic.removeLayers';

/**
 * Which blocks go, for each number of them, by dynamic programming (AmoebaLLM, arXiv 2411.10606): the best j of the first i blocks are the best j of those before, or the
 * best j - 1 and block i, whichever measures better. As many measures as i and j have pairs; the optimum where what blocks lose adds up.
 *
 * @returns The removals of 0, 1, 2, ... blocks.
 * @throws {SwitchyardError} where there is no such stack, a block cannot be left out, or a measure is not finite.
 */
export async function removeLayers(model: Module, options: RemoveLayersOptions): Promise<LayerRemoval[]> {
  const { evaluate, stack = 'layers' } = options;
  const blocks = [...(model.modules().get(stack)?.children ?? [])].map(([name]) => `${stack}.${name}`);
  if (blocks.length === 0) {
    fail(WHERE, 'stack must be the path of a stack of blocks', stack);
  }
  const { most = blocks.length - 1 } = options;
  expectInteger(WHERE, 'most', most, 1, blocks.length);
  const measure = async (skip: string[]): Promise<LayerRemoval> => {
    const loss = await subnet(model, { skip }).run((each) => Promise.resolve(evaluate(each)));
    return { skip, loss: Number.isFinite(loss) ? loss : fail(WHERE, `the measure without ${skip.join(', ')} must be finite`, loss) }; // prettier-ignore
  };
  let best: LayerRemoval[] = [await measure([])];
  for (const block of blocks) {
    const next = [best[0]];
    for (let count = 1; count <= Math.min(best.length, most); count++) {
      const without = await measure([...best[count - 1].skip, block]);
      const before = best.at(count);
      next.push(before !== undefined && before.loss <= without.loss ? before : without);
    }
    best = next;
  }
  return best;
}
