import { expectInteger, fail } from '../../base/core';
import type { UibBlock } from '../../models/vision';
import { chain } from './architectureOf';
import type { ArchitectureGraph } from './architectureOf';
import type { Candidate } from './candidateOf';
import { categorical, group, integer, repeated } from './domain';
import { Space } from './space';
import type { SpaceOptions } from './space';

/** A stage of blocks with the same channels. */
export interface UibStage {
  channels: number;
  /** Of its first block. Default 2. */
  stride?: number;
  /** Most blocks that it has. Default 4. */
  depth?: number;
}

/** Options of `nas.space.uib`. */
export interface UibSpaceOptions extends SpaceOptions {
  stages: readonly UibStage[];
  /** Expansions to choose among. Default 2, 3, 4 and 6. */
  expand?: readonly number[];
  /** Sides of depthwise kernels to choose among; 0 is none. Default 0, 3 and 5. */
  kernels?: readonly number[];
}

/**
 * The space of universal inverted bottlenecks (arXiv 2404.10518): of each stage the number of blocks, and of each block its expansion and two depthwise
 * kernels, either of which may be none. `nas.uibBlocks(stages, candidate)` are the blocks of `models.mobileNetV4`.
 *
 * @throws {SwitchyardError} where there is no stage, or a number is out of range.
 */
export function uib({ stages, expand = [2, 3, 4, 6], kernels = [0, 3, 5], ...options }: UibSpaceOptions): Space {
  const where = 'nas.space.uib';
  if (stages.length === 0) {
    fail(where, 'there must be a stage', 0);
  }
  const block = group({
    expand: categorical(expand),
    dwStart: categorical(kernels),
    dwMiddle: categorical(kernels)
  });
  const ofStages = stages.map(({ channels, stride = 2, depth = 4 }, i) => {
    expectInteger(where, `stages[${i}].channels`, channels, 1);
    expectInteger(where, `stages[${i}].stride`, stride, 1);
    expectInteger(where, `stages[${i}].depth`, depth, 1);
    return [`stage${i}`, group({ depth: integer(1, depth), blocks: repeated('depth', block) })] as const;
  });
  const architecture = (candidate: Candidate): ArchitectureGraph =>
    chain(
      uibBlocks(stages, candidate).map(({ channels, expand: wide, dwStart, dwMiddle, stride }) => {
        const detail = `channels ${channels}, expand ${wide}, kernels ${dwStart} and ${dwMiddle}, stride ${stride}`;
        return { label: 'uib', detail };
      })
    );
  return new Space(Object.fromEntries(ofStages), { architecture, ...options });
}

/** The blocks that a candidate of {@link uib} stands for, as `models.mobileNetV4` takes them. */
export function uibBlocks(stages: readonly UibStage[], candidate: Candidate): UibBlock[] {
  return stages.flatMap(({ channels, stride = 2 }, i) => {
    const { blocks } = candidate[`stage${i}`] as { blocks: Pick<UibBlock, 'expand' | 'dwStart' | 'dwMiddle'>[] };
    return blocks.map((own, b): UibBlock => ({ block: 'uib', channels, ...own, stride: b === 0 ? stride : 1 }));
  });
}
