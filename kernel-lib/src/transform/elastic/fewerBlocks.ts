import { axesOf, fail, maskedPaths, masksAt } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import { resize, sizesOf } from '../../models/spec';
import type { Resnet } from '../../models/vision/resnet';

/** A residual network without some of its blocks ("stages.0.1"), those left numbered anew, and where what was at a path is in it. */
export function fewerBlocks(
  model: Resnet,
  gone: readonly string[]
): { model: Resnet; pathOf: (path: string) => string | null } {
  const { blocks = [2, 2, 2, 2] } = model.options;
  const left = blocks.map((count, stage) =>
    Array.from({ length: count }, (_, i) => i).filter((i) => !gone.includes(`stages.${stage}.${i}`))
  );
  const pathOf = (path: string): string | null => {
    const [, stage, block, rest] = /^stages\.(\d+)\.(\d+)(.*)$/.exec(path) ?? [];
    if (stage === undefined) {
      return path;
    }
    const at = left[Number(stage)].indexOf(Number(block));
    return at < 0 ? null : `stages.${stage}.${at}${rest}`;
  };
  const empty = left.findIndex(({ length }) => length === 0);
  if (empty >= 0) {
    fail('elastic.extract', `stage ${empty} must keep a block`, gone);
  }
  const whole = copyModel(model);
  const small = model.rebuild({ blocks: left.map(({ length }) => length) });
  try {
    const axes = axesOf(small);
    const named = Object.entries(sizesOf(whole)).map(([name, size]) => [pathOf(name) ?? '', size] as const);
    resize(small, Object.fromEntries(named.filter(([name]) => axes.has(name))));
    masksAt(
      small,
      maskedPaths(whole).flatMap((path) => pathOf(path) ?? [])
    );
    const stored = small.stored();
    whole.stored().forEach(({ variable }, path) => stored.get(pathOf(path) ?? '')?.assign(variable, path));
    return { model: small, pathOf };
  } catch (error) {
    small.dispose();
    throw error;
  } finally {
    whole.dispose();
  }
}
