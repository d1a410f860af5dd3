import { LARGEST_M, mostOfEach, packOfEach } from './packPattern';
import { liveChannels, packChannels } from './packChannels';
import { packRows } from './packSparse';
import type { HostMatrix, Packed } from './packed';
import type { Block } from './sparseBlocks';

/** How a matrix without its zeros is stored: whole channels, n of every m inputs, blocks, or single values. */
export type SparseFormat = 'channels' | 'pattern' | 'blocks' | 'rows';

/** A way to store a matrix, and what its product takes. */
interface Candidate {
  format: SparseFormat;
  /** Time of the product against that of the whole matrix, about. */
  time: number;
  pack: () => Packed;
}

/**
 * Time of a multiplication against one of the dense product, of the layers of `npm run bench -- --only pruning`; blocks by their outputs. What they decide is only
 * which product runs.
 */
const TIME = { channels: 1.1, pattern: 1.5, rows: 3, blocks: (outputs: number) => (outputs >= 4 ? 1.2 : 2) };
/** A product that is expected to take more of the dense one's time stays dense. */
const WORTH = 0.95;
/** Blocks that are looked for. */
const BLOCKS: readonly Block[] = [32, 16, 8, 4]
  .map((size) => ({ inputs: size, outputs: size }))
  .concat([16, 8, 4].map((outputs) => ({ inputs: 1, outputs })));

/** The quickest way to multiply a matrix, and how it packs it; null where that is the dense product. */
export function chooseFormat(matrix: HostMatrix): { format: SparseFormat; pack: () => Packed } | null {
  let zeros = 0;
  for (const value of matrix.weights) {
    zeros += value === 0 ? 1 : 0;
  }
  if (zeros === 0 || zeros === matrix.weights.length) {
    return null;
  }
  const candidates = [channels(matrix), ...patterns(matrix), ...blocks(matrix), rows(matrix, zeros)];
  const best = candidates.reduce((a, b) => (b.time < a.time ? b : a));
  return best.time < WORTH ? best : null;
}

function channels(matrix: HostMatrix): Candidate {
  const { inputs, outputs } = liveChannels(matrix);
  const time = (TIME.channels * inputs.length * outputs.length) / matrix.weights.length;
  return { format: 'channels', time, pack: () => packChannels(matrix) };
}

function patterns(matrix: HostMatrix): Candidate[] {
  const sizes = Array.from({ length: LARGEST_M - 1 }, (_, i) => i + 2).filter((m) => matrix.inputs % m === 0);
  return sizes.map((m) => {
    // Of single values in no pattern some output soon reads too many.
    const n = mostOfEach(matrix, m, (WORTH / TIME.pattern) * m);
    return { format: 'pattern', time: (TIME.pattern * n) / m, pack: () => packOfEach(matrix, { n, m }) };
  });
}

function blocks(matrix: HostMatrix): Candidate[] {
  const fitting = BLOCKS.filter(({ inputs, outputs }) => matrix.inputs % inputs === 0 && matrix.outputs % outputs === 0); // prettier-ignore
  return fitting.map((block) => ({
    format: 'blocks',
    time: TIME.blocks(block.outputs) * liveBlocks(matrix, block),
    pack: () => packRows(matrix, block)
  }));
}

function rows(matrix: HostMatrix, zeros: number): Candidate {
  const time = TIME.rows * (1 - zeros / matrix.weights.length);
  return { format: 'rows', time, pack: () => packRows(matrix) };
}

/** Share of the blocks of which something is left. */
function liveBlocks({ weights, inputs, outputs }: HostMatrix, block: Block): number {
  let live = 0;
  for (let input = 0; input < inputs; input += block.inputs) {
    for (let output = 0; output < outputs; output += block.outputs) {
      live += isLive(weights, input * outputs + output, { block, outputs }) ? 1 : 0;
    }
  }
  return (live * block.inputs * block.outputs) / weights.length;
}

function isLive(weights: Float32Array, first: number, { block, outputs }: { block: Block; outputs: number }): boolean {
  for (let i = 0; i < block.inputs; i++) {
    for (let at = first + i * outputs; at < first + i * outputs + block.outputs; at++) {
      if (weights[at] !== 0) {
        return true;
      }
    }
  }
  return false;
}
