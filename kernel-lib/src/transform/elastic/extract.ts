import { axesOf, fail, shrink } from '../../base/core';
import type { Module } from '../../base/core';
import type { BlockModel } from '../../models/blockModel';
import { copyModel } from '../../models/copyModel';
import { Resnet } from '../../models/vision/resnet';
import type { TransformReport } from '../moe/report';
import { withoutUnits } from '../prune/layers';
import { resolveChoice } from './choice';
import type { Omission, SubnetChoice } from './choice';
import { fewerBlocks } from './fewerBlocks';
import { subnet } from './subnet';
import type { SubnetCost, SubnetOptions } from './subnet';

export interface ExtractReport extends TransformReport {
  choice: SubnetChoice;
  /** Operations on a token; null where a module does not say. */
  flops: { before: number | null; after: number | null };
}

const WHERE = 'elastic.extract';

/**
 * A model of its own out of a slice: it computes what the slice computes, its values are its own, and the one given stays. Blocks of a transformer
 * keep their numbers, those left out have neither attention nor feed-forward network; a residual network has fewer blocks. With `calibration` the
 * statistics of batch norms are the slice's own.
 *
 * @throws {SwitchyardError} as `elastic.subnet`, and where blocks are left out of a model that cannot be built without.
 */
export function extract<M extends Module>(
  model: M,
  choice: SubnetChoice,
  options: SubnetOptions = {}
): { model: M; report: ExtractReport } {
  const { cuts, omissions } = resolveChoice(WHERE, model, choice);
  const slice = subnet(model, choice, options);
  try {
    // As the slice: what is read is copied, mixed for the slice's shape where it is mixed.
    const { model: small, pathOf } = slice.run(() => without(model, omissions));
    try {
      const axes = axesOf(small);
      const axisAt = axisNames(model, small, pathOf);
      const wanted = new Map(cuts.map(({ name, positions }) => [name, positions]));
      axesOf(model).forEach(({ axis }, name) => {
        const positions = wanted.get(name) ?? axis.selection;
        return positions !== null && axes.get(axisAt(name))?.axis.keep(positions);
      });
      shrink(small);
      const buffers = small.buffers();
      slice.ownStatistics.forEach((value, path) => buffers.get(pathOf(path) ?? '')?.assign(value, path));
      const [before, after]: SubnetCost[] = [subnet(model, {}).cost(), subnet(small, {}).cost()];
      return {
        model: small,
        report: {
          ...{ transformation: 'extract', choice },
          parameters: { before: before.parameters, after: after.parameters },
          flops: { before: before.flops, after: after.flops }
        }
      };
    } catch (error) {
      small.dispose();
      throw error;
    }
  } finally {
    slice.dispose();
  }
}

/** A copy without some blocks and branches, and where what was at a path is in it; null where it is gone. */
function without<M extends Module>(
  model: M,
  omissions: readonly Omission[]
): { model: M; pathOf: (path: string) => string | null } {
  const same = (path: string): string => path;
  if (omissions.length === 0) {
    return { model: copyModel(model), pathOf: same };
  }
  const paths = omissions.map(({ path }) => path);
  if (model instanceof Resnet) {
    const { model: small, pathOf } = fewerBlocks(model, paths);
    return { model: small as Module as M, pathOf };
  }
  const { options, rebuild } = model as Partial<BlockModel>;
  if (rebuild === undefined || !Array.isArray(options?.feedForwards) || (options.sharing ?? 'none') !== 'none') {
    fail(WHERE, 'a model must be a stack of blocks of their own where some are left out', model.kind);
  }
  return { model: withoutUnits(model as Module as BlockModel, paths) as Module as M, pathOf: same };
}

/** Name of an axis in a model whose paths are others: that of the parameter that carries it. */
function axisNames(model: Module, small: Module, pathOf: (path: string) => string | null): (name: string) => string {
  const before = axesOf(model);
  const after = [...axesOf(small)];
  return (name) => {
    const { axis, members } = before.get(name)!;
    const own = members.map(({ path, dimension }) => ({ path: pathOf(path), dimension }));
    const found = after.find(
      ([, each]) =>
        each.axis.name === axis.name &&
        each.members.some(({ path, dimension }) => own.some((m) => m.path === path && m.dimension === dimension))
    );
    return found?.[0] ?? '';
  };
}
