import { tf } from '../../base/backend';
import { hold, isHeld, maskedPaths, masksAt } from '../../base/core';
import type { Buffer, Module, Parameter } from '../../base/core';

interface HeldMask {
  parameter: Parameter;
  mask: Buffer;
  /** Data of the mask that `counts` is of; null before the first. */
  of: object | null;
  /** Where it is 1, bool; null where it has other values than 0 and 1. */
  counts: tf.Tensor | null;
}

/**
 * Masks of what a training updates. It stores 0 under them, so that a pass reads values as they are and an update, which leaves them 0, masks the gradients that it reads
 * anyway: a mask costs a step next to nothing. Owns its tensors; dispose it.
 */
export class HeldMasks {
  private readonly masks = new Map<string, HeldMask>();

  /** Masks that these parameters have now: one that comes later is multiplied with at each reading. */
  constructor(model: Module, parameters: ReadonlyMap<string, Parameter>) {
    const paths = maskedPaths(model).filter((path) => parameters.has(path));
    masksAt(model, paths).forEach((mask, path) => {
      this.masks.set(path, { parameter: parameters.get(path)!, mask, of: null, counts: null });
    });
  }

  /** Stores 0 under masks, where it is not known to be there. The masks (bool) of the parameters where it is; they stay its own. */
  hold(): Map<string, tf.Tensor> {
    const held = new Map<string, tf.Tensor>();
    for (const [path, each] of this.masks) {
      const { variable } = each.parameter;
      if (each.of !== each.mask.variable.dataId) {
        countsOf(each);
      }
      if (each.counts !== null) {
        if (!isHeld(variable, each.mask.variable)) {
          tf.tidy(() => each.parameter.assign(variable.mul(each.mask.variable), path));
          hold(variable, each.mask.variable);
        }
        held.set(path, each.counts);
      }
    }
    return held;
  }

  /** Says that values are still 0 under these masks, which an update has left so. */
  updated(held: ReadonlyMap<string, tf.Tensor>): void {
    for (const path of held.keys()) {
      const { parameter, mask } = this.masks.get(path)!;
      hold(parameter.variable, mask.variable);
    }
  }

  dispose(): void {
    this.masks.forEach(({ counts }) => counts?.dispose());
    this.masks.clear();
  }
}

function countsOf(each: HeldMask): void {
  each.counts?.dispose();
  const { variable } = each.mask;
  const isBinary = tf.tidy(() => variable.mul(variable).equal(variable).all().dataSync()[0] === 1);
  each.counts = isBinary ? tf.tidy(() => tf.keep(variable.toBool())) : null;
  each.of = variable.dataId;
}
