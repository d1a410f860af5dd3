import type { Module } from '../../../../base/core';
import { Sequential } from '../../../../nn/layers';
import type { Calibration, CalibrationOptions } from './calibration';
import { eachPass } from './calibration';
import { SequencePasses } from './sequencePasses';

/**
 * Visits the matrices of a model a block at a time, in the order of their paths, those outside of blocks one by one. `passes` lets calibration data pass the
 * block as the blocks before it, changed by their visits, give it. In a sequence of blocks the data go on from what the last one gave, so that all visits
 * together cost two passes; where blocks share parts, or the sequence is applied more than once in a pass, each visit is a whole pass.
 */
export function blockByBlock<B>(
  model: Module,
  paths: readonly string[],
  { calibration, ...options }: CalibrationOptions & { calibration: Calibration<B> },
  visit: (together: readonly string[], passes: () => void) => void
): void {
  const modules = model.modules();
  const begun = new Map<Sequential, SequencePasses | null>();
  try {
    for (const [block, together] of byBlock(paths)) {
      const cut = block.lastIndexOf('.');
      const [sequence, name] = [modules.get(block.slice(0, Math.max(cut, 0))), block.slice(cut + 1)];
      let passes: SequencePasses | null = null;
      if (sequence instanceof Sequential && sequence.children.has(name)) {
        passes = begun.has(sequence)
          ? begun.get(sequence)!
          : SequencePasses.begin(model, sequence, calibration, options);
        begun.set(sequence, passes);
      }
      visit(together, () =>
        passes?.reaches(name) ? passes.visit(name) : void eachPass(model, calibration, options, () => null)
      );
    }
  } finally {
    begun.forEach((passes) => passes?.dispose());
  }
}

/** Paths in their order, by the block of the model that they are in, "layers.3"; one outside of blocks by itself. */
function byBlock(paths: readonly string[]): Map<string, string[]> {
  const blocks = new Map<string, string[]>();
  for (const path of paths) {
    const key = /^.*?\d+(?=\.)/.exec(path)?.[0] ?? path;
    blocks.set(key, [...(blocks.get(key) ?? []), path]);
  }
  return blocks;
}
