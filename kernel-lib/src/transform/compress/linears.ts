import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { Linear } from '../../nn/layers';
import { chosenMatrices } from '../prune/matrices';
import type { MatrixChoice } from '../prune/matrices';

/**
 * Paths of the weights of the linear layers that are chosen.
 *
 * @throws {SwitchyardError} where none fits, one is of another layer, is masked, or is cut in a mask.
 */
export function chosenLinears(where: string, model: Module, { include, exclude }: MatrixChoice): string[] {
  const modules = [...model.modules()].filter(([, module]) => module instanceof Linear && module.rank === null);
  const whole = modules.map(([path]) => (path === '' ? 'weight' : `${path}.weight`));
  const paths = chosenMatrices(where, model, { ...(include && { include }), ...(exclude && { exclude }) }, whole);
  for (const path of paths) {
    if (!whole.includes(path)) {
      fail(where, 'include must name weights of linear layers', path);
    }
    if (model.buffers().has(`${path}Mask`)) {
      fail(where, 'a matrix must not be masked', path);
    }
    const cut = linearOf(model, path).weight.axes.find(({ selection }) => selection !== null);
    if (cut !== undefined) {
      fail(where, `cuts must last (core.shrink), of "${path}"`, `a mask of ${cut.name}`);
    }
  }
  return paths;
}

/** The layer that a weight is of. */
export function linearOf(model: Module, path: string): Linear {
  return model.modules().get(path.slice(0, -'.weight'.length)) as Linear;
}
