import { Axis, expectInteger, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { blockOf, SMALL, stemOf, tailOf } from './mobileNetV4';
import type { ConvBlock, MobileNetV4Options, UibBlock } from './mobileNetV4';

/** Images of a pass. */
export interface ImageSize {
  /** Side of an image in pixels. */
  size: number;
  /** Images at a time, B. Default 1. */
  batch?: number;
}

/** A part of a {@link mobileNetV4} by itself. */
export interface MobileNetV4Part {
  /** All that its time depends on, in words. */
  readonly key: string;
  /** Shape of what it reads, [B, H, W, C]. */
  readonly input: readonly [number, number, number, number];
  readonly build: () => Module;
}

/**
 * The parts of a `models.mobileNetV4` as they run one after the other, each by itself: the first convolution, the blocks, and what comes after them. With `nas.latencyTable` they are what the blocks of `nas.space.uib` take.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function mobileNetV4Parts(options: MobileNetV4Options, { size, batch = 1 }: ImageSize): MobileNetV4Part[] {
  const where = 'nas.mobileNetV4Parts';
  expectInteger(where, 'size', size, 1);
  expectInteger(where, 'batch', batch, 1);
  const { stem = 32, blocks = SMALL, expand = 1280, inputs = 3, classes = 1000 } = options;
  const parts: MobileNetV4Part[] = [];
  let side = size;
  let channels = inputs;
  const add = (words: string, build: (inputs: Axis, random: Random) => Module): void => {
    const [from, at] = [channels, side];
    parts.push({
      key: `${words}, of ${batch}x${at}x${at}x${from}`,
      input: [batch, at, at, from],
      build: () => build(Axis.of('inputs', from), Random.fromSeed(0))
    });
  };
  add(`conv to ${stem}, kernel 3, stride 2`, (axis, random) => stemOf(axis, Axis.of('channels', stem), random));
  [side, channels] = [Math.ceil(side / 2), stem];
  for (const block of blocks) {
    add(inWords(block), (axis, random) => blockOf(block, axis, random).module);
    [side, channels] = [Math.ceil(side / (block.stride ?? 1)), block.channels];
  }
  add(`mean, ${expand} wide, ${classes} classes`, (axis, random) =>
    tailOf({ ...options, inputs: axis.size }, { features: [], channels: axis, expand, random })
  );
  return parts;
}

function inWords(block: ConvBlock | UibBlock): string {
  const { channels, stride = 1 } = block;
  return block.block === 'uib'
    ? `uib to ${channels}, expand ${block.expand}, kernels ${block.dwStart} and ${block.dwMiddle}, stride ${stride}`
    : `conv to ${channels}, kernel ${block.size}, stride ${stride}`;
}
